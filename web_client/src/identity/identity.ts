import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { http } from "@/connection/http";
import { Problem } from "@/connection/problem";
import { showTimesIn } from "@/i18n/format";

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

/** Who is signed in on this device, as the server last said. Nothing of it is kept on the device. */
export const useIdentity = defineStore("identity", () => {
  const step = ref<Step | "unknown">("unknown");
  const account = ref<SessionAnswer["account"]>(null);
  const member = ref<SignedInMember | null>(null);
  const org = ref<Org | null>(null);

  function take(answer: SessionAnswer): void {
    step.value = answer.step;
    account.value = answer.account;
    member.value = answer.member;
    org.value = answer.org;
    showTimesIn(answer.org?.time_zone);
  }

  function forget(): void {
    step.value = "none";
    account.value = null;
    member.value = null;
  }

  /** Ask the server. A 401 means nobody; other problems are thrown on and leave the last answer standing. */
  async function refresh(): Promise<void> {
    try {
      take(await http.get<SessionAnswer>("/session"));
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.fields.status !== 401) throw problem;
      forget();
    }
  }

  /** End the session on the server, then here. */
  async function signOut(): Promise<void> {
    await http.post("/logout");
    forget();
  }

  const can = (capability: string): boolean => member.value?.capabilities.includes(capability) ?? false;
  const signedIn = computed(() => step.value === "done");

  return { step, account, member, org, signedIn, can, take, forget, refresh, signOut };
});
