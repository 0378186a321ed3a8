/** A better sample must be this much younger than the best one to replace it although its round trip is longer. */
const STALE_MS = 10 * 60_000;

interface Sample {
  offsetMs: number;
  roundTripMs: number;
  takenAtMs: number;
}

/**
 * The server's time, estimated from answers that carry it.
 * The sample with the shortest round trip wins: its uncertainty is half of it (RFC 5905, clock filter).
 */
export class ServerClock {
  private best: Sample | null = null;

  /** `local` returns this device's milliseconds since the epoch. */
  constructor(private readonly local: () => number) {}

  /** Server time now, in milliseconds since the epoch; this device's time before the first sample. */
  nowMs(): number {
    return this.local() + this.offsetMs;
  }

  /** Server minus device. */
  get offsetMs(): number {
    return this.best?.offsetMs ?? 0;
  }

  /** `sentAtMs`: device time when the question left; `serverMs`: time in the answer that has just arrived. */
  sample(sentAtMs: number, serverMs: number): void {
    const takenAtMs = this.local();
    const roundTripMs = Math.max(0, takenAtMs - sentAtMs);
    const best = this.best;
    if (best !== null && roundTripMs > best.roundTripMs && takenAtMs - best.takenAtMs < STALE_MS) return;
    this.best = { offsetMs: Math.round(serverMs - (sentAtMs + roundTripMs / 2)), roundTripMs, takenAtMs };
  }
}
