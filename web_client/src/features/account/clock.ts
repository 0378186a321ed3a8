/** How far a device's clock is from the server's: one-time codes depend on it (domain.md, story S3). */

const MINUTE_MS = 60_000;

/** Below this the difference does no harm: the server accepts one step of 30 s on either side. */
export const HARMLESS_MS = MINUTE_MS;

export interface ClockDifference {
  readonly direction: "fast" | "slow" | "right";
  /** Whole minutes, at least 1 unless the clock is right. */
  readonly minutes: number;
}

/**
 * Compare the device's clock with the server's.
 *
 * @param clientMs Device time, ms since the epoch, at the moment of the request.
 * @param serverMs Server time, ms since the epoch, at the same moment (network delay is far below a minute).
 */
export function clockDifference(clientMs: number, serverMs: number): ClockDifference {
  const ahead = clientMs - serverMs;
  if (Math.abs(ahead) < HARMLESS_MS) return { direction: "right", minutes: 0 };
  return { direction: ahead > 0 ? "fast" : "slow", minutes: Math.max(1, Math.round(Math.abs(ahead) / MINUTE_MS)) };
}

/** Whole seconds until a moment, never negative: the number shown while attempts are paused. */
export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}
