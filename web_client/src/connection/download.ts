import { ownProblem, problemFrom } from "./problem";

/** Fetch a file below /api/v1 as it is stored. Throws `Problem` as http.ts does; `CLOSED` when it was aborted. */
export async function download(path: string, signal: AbortSignal): Promise<Blob> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, { credentials: "same-origin", signal });
    if (answer.ok) return await answer.blob();
  } catch {
    throw ownProblem(signal.aborted ? "CLOSED" : "NETWORK");
  }
  throw problemFrom(await answer.json().catch(() => undefined), answer.status);
}
