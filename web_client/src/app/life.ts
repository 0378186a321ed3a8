import { watch } from "vue";

import { FEATURES } from "@/features";
import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";

/** Close keys after which the sign-in on this device no longer counts (server: channels/protocol/close_codes.py). */
const SIGNED_OUT = new Set(["SESSION_ENDED", "NOT_AUTHENTICATED"]);

/** Connect and start the features while a member is signed in; take all down when that ends. Called once, in App.vue's setup. */
export function useSignedInLife(): void {
  const identity = useIdentity();
  const live = useLive();
  let stops: (() => void)[] = [];

  watch(
    () => (identity.signedIn ? (identity.member?.id ?? null) : null),
    (member, before) => {
      for (const stop of stops) stop();
      stops = [];
      // Ended by the server: what waits to be sent stays for the next sign-in. Signed out here: nothing stays.
      if (before !== null && before !== undefined) {
        if (live.ended === null) live.forget();
        else live.close();
      }
      if (member === null) return;
      live.open(member);
      stops = FEATURES.flatMap((feature) => feature.start?.() ?? []);
    },
    { immediate: true },
  );

  watch(
    () => live.ended,
    (key) => {
      if (key !== null && SIGNED_OUT.has(key)) identity.forget();
    },
  );
}
