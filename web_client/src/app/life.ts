import { ref, watch, type Ref } from "vue";

import { device } from "@/connection/device";
import { FEATURES } from "@/features";
import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";

/** Close keys after which the sign-in on this device no longer counts (server: channels/protocol/close_codes.py). */
const SIGNED_OUT = new Set(["SESSION_ENDED", "NOT_AUTHENTICATED"]);

/**
 * Connect and start the features while a member is signed in; take all down when that ends. Called once, in App.vue's setup.
 *
 * Returns whether pages for members may be drawn: not before the device was read and the features have started.
 */
export function useSignedInLife(): Ref<boolean> {
  const identity = useIdentity();
  const live = useLive();
  const ready = ref(true);
  let stops: (() => void)[] = [];

  async function enter(member: string): Promise<void> {
    if (!(await live.open(member))) return;
    stops = FEATURES.flatMap((feature) => feature.start?.() ?? []);
    ready.value = true;
  }

  async function leave(): Promise<void> {
    // Ended by the server: what waits to be sent stays for the next sign-in. Signed out here: nothing stays.
    if (live.ended === null) return live.forget();
    live.close();
    await device.wipe();
  }

  watch(
    () => (identity.signedIn ? (identity.member?.id ?? null) : null),
    (member, before) => {
      for (const stop of stops) stop();
      stops = [];
      ready.value = member === null;
      const left = typeof before === "string" ? leave() : identity.step === "none" ? device.wipe() : Promise.resolve();
      if (member !== null) void left.then(() => enter(member));
    },
    { immediate: true },
  );

  // Opened from what the device remembered: as soon as there is a line, the server has the word.
  watch(
    () => live.online && identity.stale,
    (due) => {
      if (due) identity.refresh().catch(() => undefined);
    },
  );

  watch(
    () => live.ended,
    (key) => {
      if (key !== null && SIGNED_OUT.has(key)) identity.forget();
    },
  );
  return ready;
}
