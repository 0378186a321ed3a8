import { computed, type ComputedRef, onScopeDispose, type Ref, ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";

import { Problem } from "@/connection/problem";

import { secondsLeft } from "./clock";
import { NotConfirmed } from "./reauth";

const TICK_MS = 1000;

/** One thing a person asks of the server: waiting, refused, or to be tried again after a pause. */
export interface Attempt {
  readonly busy: Ref<boolean>;
  readonly problem: Ref<Problem | null>;
  /** The refusal in the reader's language, empty when there is none. */
  readonly fault: ComputedRef<string>;
  /** Seconds until the server will listen again; 0 when it listens now. */
  readonly pause_s: Ref<number>;
  /** True when `action` went through. A refusal lands in `problem`; a question closed unanswered or a call while busy does nothing. */
  readonly run: (action: () => Promise<void>) => Promise<boolean>;
  readonly clear: () => void;
}

/** Counts down from a server's `retry_after_ms`; calls `tick` with the seconds left, the last time with 0. */
function countDown(forMs: number, tick: (left_s: number) => void): () => void {
  const until = performance.now() + forMs;
  const timer = setInterval(() => {
    const left = secondsLeft(until, performance.now());
    tick(left);
    if (left === 0) clearInterval(timer);
  }, TICK_MS);
  tick(secondsLeft(until, performance.now()));
  return () => {
    clearInterval(timer);
  };
}

export function useAttempt(): Attempt {
  const { locale } = useI18n();
  const busy = ref(false);
  const problem = shallowRef<Problem | null>(null);
  const pause_s = ref(0);
  let stop: () => void = () => undefined;

  function refuse(found: Problem): void {
    problem.value = found;
    stop();
    if (found.fields.retryAfterMs === null || found.fields.retryAfterMs <= 0) return;
    stop = countDown(found.fields.retryAfterMs, (left) => {
      pause_s.value = left;
    });
  }

  async function run(action: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      await action();
      return true;
    } catch (thrown) {
      if (thrown instanceof Problem) refuse(thrown);
      else if (!(thrown instanceof NotConfirmed)) throw thrown;
      return false;
    } finally {
      busy.value = false;
    }
  }

  onScopeDispose(() => {
    stop();
  });
  const fault = computed(() => problem.value?.text(locale.value) ?? "");
  const clear = (): void => {
    problem.value = null;
  };
  return { busy, problem, fault, pause_s, run, clear };
}
