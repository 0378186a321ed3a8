import { Problem } from "@/connection/problem";

/** A longer pause is told to the person instead of waited for. */
const LONGEST_MS = 30_000;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Run an action; when the server says `too fast`, wait as long as it asks and try again. Other refusals are thrown on. */
export async function patiently<T>(action: () => Promise<T>, wait: (ms: number) => Promise<void> = sleep): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (problem) {
      const pause = problem instanceof Problem && problem.key === "TOO_MANY_REQUESTS" ? problem.fields.retryAfterMs : null;
      if (pause === null || pause > LONGEST_MS) throw problem;
      await wait(pause);
    }
  }
}
