import { onMounted, type ShallowRef, shallowRef } from "vue";

import { type Attempt, useAttempt } from "./attempt";

/** Something a page shows that comes from the server: its value once it is there, the refusal, and a way to try again. */
export interface Fetched<T> {
  readonly value: ShallowRef<T | null>;
  readonly attempt: Attempt;
  readonly load: () => Promise<boolean>;
}

/** Loads when the page is drawn. A later failure leaves the last value standing. */
export function useFetched<T>(fetch: () => Promise<T>): Fetched<T> {
  const attempt = useAttempt();
  const value = shallowRef<T | null>(null);
  const load = (): Promise<boolean> =>
    attempt.run(async () => {
      value.value = await fetch();
    });
  onMounted(load);
  return { value, attempt, load };
}
