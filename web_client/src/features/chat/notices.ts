import { ref, type Ref } from "vue";
import { useI18n } from "vue-i18n";

import { ownProblem, Problem } from "@/connection/problem";

/** A refusal shown for a while at the foot of a room. */
const SHOWN_MS = 6_000;

/** Try a command and show what the server says when it refuses. */
export function useRefusals(): { refusal: Ref<string>; attempt: (command: Promise<unknown>) => Promise<boolean>; say: (text: string) => void } {
  const { locale } = useI18n();
  const refusal = ref("");
  let timer: ReturnType<typeof setTimeout> | undefined;

  function say(text: string): void {
    refusal.value = text;
    clearTimeout(timer);
    timer = setTimeout(() => (refusal.value = ""), SHOWN_MS);
  }

  async function attempt(command: Promise<unknown>): Promise<boolean> {
    try {
      await command;
      return true;
    } catch (problem) {
      say((problem instanceof Problem ? problem : ownProblem("UNREADABLE")).text(locale.value));
      return false;
    }
  }

  return { refusal, attempt, say };
}
