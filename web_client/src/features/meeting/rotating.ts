import { onScopeDispose, ref, type Ref, shallowRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";

import { Problem } from "@/connection/problem";
import { useLive } from "@/live/live";

const AGAIN_MS = 3_000;
const LEAST_MS = 200;
const BEHIND_MS = 50;

export interface Rotating<T> {
  /** What is valid now; null while nothing is. */
  readonly now: ShallowRef<T | null>;
  /** Why there is nothing. */
  readonly fault: Ref<string>;
  readonly ask: () => Promise<void>;
  readonly stop: () => void;
}

/** Something of the server that is valid for one step of time: asked for again when the step ends, and after a refusal. */
export function useRotating<T extends { expires_at_ms: number }>(call: () => Promise<T>): Rotating<T> {
  const live = useLive();
  const { locale } = useI18n();
  const now: ShallowRef<T | null> = shallowRef(null);
  const fault = ref("");
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = (): void => {
    clearTimeout(timer);
  };

  async function ask(): Promise<void> {
    stop();
    let wait = AGAIN_MS;
    try {
      now.value = await call();
      fault.value = "";
      wait = Math.max(LEAST_MS, now.value.expires_at_ms - live.nowMs() + BEHIND_MS);
    } catch (thrown) {
      now.value = null;
      fault.value = thrown instanceof Problem ? thrown.text(locale.value) : "";
    }
    timer = setTimeout(() => void ask(), wait);
  }

  onScopeDispose(stop);
  return { now, fault, ask, stop };
}
