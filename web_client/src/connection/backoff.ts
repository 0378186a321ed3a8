/** First retry comes within this time. */
const BASE_MS = 500;

/** No retry waits longer than this (without advice of the server): a member who looks at the page will not wait more. */
const CAP_MS = 20_000;

/**
 * Milliseconds before try number `attempt` (0 is the first retry): full jitter, so that a thousand clients cut off at once
 * come back spread out. `adviceMs` is a floor; `random` is in [0, 1).
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(attempt: number, random: number, adviceMs = 0): number {
  return Math.round(adviceMs + random * Math.min(CAP_MS, BASE_MS * 2 ** attempt));
}
