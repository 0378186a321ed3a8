import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { device } from "@/connection/device";
import { http } from "@/connection/http";
import { Problem } from "@/connection/problem";
import { showTimesIn } from "@/i18n/format";
import { takeTerms } from "@/i18n/terms";

/** Where sign-in stands: nobody, second factor wanted, second factor to be set up, signed in. */
export type Step = "none" | "totp" | "enrol" | "done";

export interface SignedInMember {
  id: string;
  name: string;
  /** Id of the home branch. */
  branch: string;
  branch_name: string;
  /** Branch and groups. */
  units: string[];
  /** Role words, e.g. `secretary`. */
  roles: string[];
  capabilities: string[];
}

export interface OwnAccount {
  id: string;
  login: string;
  /** A second factor is set up. */
  factor: boolean;
  recovery_left: number;
  /** Capabilities of the installation. */
  system: string[];
}

export interface Org {
  name: string;
  template: string;
  /** Words of the organisation's template, e.g. `branch` -> 支部. */
  terms: Record<string, unknown>;
  accent: string | null;
  /** IANA zone that all times are shown in. */
  time_zone?: string;
}

/** Answer of GET /api/v1/session. */
export interface SessionAnswer {
  step: Step;
  account: OwnAccount | null;
  member: SignedInMember | null;
  org: Org | null;
  locale?: string;
}

/** The answer is kept on the device under this name, so that the client opens without a network; gone at sign-out. */
const KEPT = "session";

/** When the device knows who was signed in last, an answer that takes longer is not waited for. */
const PATIENCE_MS = 2_500;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Who is signed in on this device, as the server last said. */
export const useIdentity = defineStore("identity", () => {
  const step = ref<Step | "unknown">("unknown");
  const account = ref<SessionAnswer["account"]>(null);
  const member = ref<SignedInMember | null>(null);
  const org = ref<Org | null>(null);
  const stale = ref(false);

  function take(answer: SessionAnswer): void {
    step.value = answer.step;
    account.value = answer.account;
    member.value = answer.member;
    org.value = answer.org;
    stale.value = false;
    showTimesIn(answer.org?.time_zone);
    takeTerms(answer.org?.terms);
  }

  function forget(): void {
    step.value = "none";
    stale.value = false;
    account.value = null;
    member.value = null;
  }

  /** Ask the server. A 401 means nobody; other problems are thrown on and leave the last answer standing. */
  async function ask(): Promise<void> {
    try {
      const answer = await http.get<SessionAnswer>("/session");
      take(answer);
      if (answer.step === "done" && answer.member !== null) await keep(answer.member.id, answer);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.fields.status !== 401) throw problem;
      forget();
    }
  }

  async function keep(member: string, answer: SessionAnswer): Promise<void> {
    await device.claim(member);
    await device.put(new Map([[KEPT, answer]]));
  }

  /**
   * Find out who is signed in: from the server, or, while it cannot be reached, from the device; then `stale` says so.
   * Problems are thrown as `ask` does when the device knows nobody.
   */
  async function refresh(): Promise<void> {
    const kept = step.value === "unknown" ? ((await device.get(KEPT)) as SessionAnswer | undefined) : undefined;
    const asked = ask();
    if (kept === undefined) return asked;
    const failed = asked.then(
      () => null,
      (problem: unknown) => problem,
    );
    const problem = await Promise.race([failed, pause(PATIENCE_MS)]);
    if (problem instanceof Problem && !problem.temporary) throw problem;
    if (step.value !== "unknown") return;
    take(kept);
    stale.value = true;
  }

  /** End the session on the server, then here. */
  async function signOut(): Promise<void> {
    await http.post("/logout");
    forget();
  }

  const can = (capability: string): boolean => member.value?.capabilities.includes(capability) ?? false;
  const signedIn = computed(() => step.value === "done");

  return {
    step,
    account,
    member,
    org,
    /** What stands here is what the device remembers; the server has not been asked yet. */
    stale,
    signedIn,
    can,
    take,
    forget,
    refresh,
    signOut,
  };
});
