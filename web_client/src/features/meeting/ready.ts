import { watch } from "vue";

import { useLive } from "@/live/live";

/** Resolves when the line stands: a page that is opened by its address is drawn before that. Rejects never; waits as long as needed. */
export function whenOnline(): Promise<void> {
  const live = useLive();
  if (live.online) return Promise.resolve();
  return new Promise((done) => {
    const stop = watch(
      () => live.online,
      (online) => {
        if (!online) return;
        stop();
        done();
      },
    );
  });
}
