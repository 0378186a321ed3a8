import type { LogEvent, Position } from "../protocol/wire";

/** Most events kept beyond a hole; more are fetched again by replay. */
const KEEP_AT_MOST = 2_000;

/**
 * Where we stand in one topic. Takes events in any order, more than once; gives each out once, in order.
 * The position never passes a hole.
 */
export class TopicCursor {
  private epoch: string | null = null;
  private seq = 0;
  private head = 0;
  private readonly early = new Map<number, LogEvent>();

  position(): Position | null {
    return this.epoch === null ? null : { epoch: this.epoch, seq: this.seq };
  }

  startAt(epoch: string, seq: number): void {
    this.epoch = epoch;
    this.seq = seq;
    this.head = seq;
    for (const early of [...this.early.keys()]) if (early <= seq) this.early.delete(early);
  }

  forget(): void {
    this.epoch = null;
    this.seq = this.head = 0;
    this.early.clear();
  }

  keep(event: LogEvent): void {
    this.sawHead(event.seq);
    if (event.seq > this.seq && this.early.size < KEEP_AT_MOST) this.early.set(event.seq, event);
  }

  /** The topic has entries up to here. */
  sawHead(head: number): void {
    this.head = Math.max(this.head, head);
  }

  /** Everything that now follows without a hole, oldest first; advances the position. */
  take(): LogEvent[] {
    const ready: LogEvent[] = [];
    if (this.epoch === null) return ready;
    for (let next = this.early.get(this.seq + 1); next !== undefined; next = this.early.get(this.seq + 1)) {
      this.early.delete(next.seq);
      this.seq = next.seq;
      ready.push(next);
    }
    return ready;
  }

  /** The first stretch that is missing (exclusive bounds, as in `replay`), or null. */
  hole(): { after: number; before: number } | null {
    if (this.epoch === null || this.seq >= this.head) return null;
    let before = this.head + 1;
    for (const seq of this.early.keys()) before = Math.min(before, seq);
    return { after: this.seq, before };
  }
}
