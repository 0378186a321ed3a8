import type { Problem } from "@/connection/problem";

/** Keys that mean: this log-in cannot go on, begin again with the password. */
const OVER: readonly string[] = ["NOT_SIGNED_IN", "START_OVER"];

export function isOver(problem: Problem | null): boolean {
  return problem !== null && OVER.includes(problem.key);
}
