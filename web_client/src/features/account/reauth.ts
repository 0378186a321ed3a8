import { defineStore } from "pinia";
import { ref } from "vue";

import { Problem } from "@/connection/problem";

/** Thrown when a person closes the question instead of answering it: nothing was done. */
export class NotConfirmed extends Error {}

/**
 * Sensitive changes need a proof of identity from the last minutes; the server says so with `REAUTH_NEEDED`.
 *
 * `guard` runs an action; when the server asks, it opens the dialog (AccountReauthDialog, drawn once per page that guards),
 * waits for the answer and runs the action once more.
 */
export const useReauth = defineStore("account.reauth", () => {
  const asking = ref(false);
  let settle: ((confirmed: boolean) => void) | null = null;

  function ask(): Promise<boolean> {
    settle?.(false);
    asking.value = true;
    return new Promise((resolve) => {
      settle = resolve;
    });
  }

  /** Called by the dialog: with true after the server accepted the proof, with false when it was closed. */
  function answer(confirmed: boolean): void {
    asking.value = false;
    settle?.(confirmed);
    settle = null;
  }

  async function guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.key !== "REAUTH_NEEDED") throw problem;
    }
    if (!(await ask())) throw new NotConfirmed();
    return action();
  }

  return { asking, answer, guard };
});
