import { isLogEvent, PAGE_EVENTS, type AnyCommand, type Position, type Replayed, type Resumed, type Subscribed, type WireEvent } from "../protocol/wire";
import { TopicCursor } from "./cursor";
import { NO_SHELF, type Keeping, type KeptTopic, type TopicShelf } from "./keeping";
import { ownProblem, Problem } from "./problem";

/** Whoever holds the state of a topic. */
export interface TopicReader {
  /** Start over from this state, which includes everything up to `head`. */
  snapshot(state: Record<string, unknown>, head: number): void;
  /** The next log event (each exactly once, in order, without holes) or a live event. */
  event(event: WireEvent): void;
  /** The topic is closed to us or gone: forget it. */
  lost(problem: Problem | null): void;
  /** We are in the topic again, where we were; the events that were missed follow. */
  resumed?(): void;
  /** How the state survives a closed page; without it nothing is kept. */
  readonly keeping?: Keeping;
}

/** The part of the session that is used here. */
export interface TopicLine {
  readonly online: boolean;
  call<R>(command: AnyCommand): Promise<R>;
}

/** More missing entries than this are not replayed: the snapshot at the head is the shorter way to the same state. */
const REPLAY_AT_MOST = 5 * PAGE_EVENTS;

/** Between two writings to the device: a burst of events is written once, a single one at once. */
const KEEP_EVERY_MS = 1_000;

/** Pause before a failed replay or subscribe is tried again on a line that stands. */
const AGAIN_MS = 3_000;

interface Holding {
  readonly topic: string;
  readonly reader: TopicReader;
  readonly cursor: TopicCursor;
  /** `out`: not attached on this line; `entering`: asked; `in`: attached. */
  state: "out" | "entering" | "in";
  catchingUp: boolean;
  again: ReturnType<typeof setTimeout> | undefined;
  /** What the device has: the marks of the state that was kept last. */
  kept: readonly unknown[];
}

/** All topics this page holds: enters them, resumes them after a break, closes gaps, delivers in order. */
export class Topics {
  private readonly held = new Map<string, Holding>();
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private keptAtMs = 0;

  constructor(
    private readonly line: TopicLine,
    private readonly shelf: TopicShelf = NO_SHELF,
    private readonly localMs: () => number = Date.now,
  ) {}

  /** Hold a topic until `leave`. A topic is held by one reader. */
  enter(topic: string, reader: TopicReader): void {
    if (this.held.has(topic)) this.leave(topic);
    const holding: Holding = { topic, reader, cursor: new TopicCursor(), state: "out", catchingUp: false, again: undefined, kept: [] };
    this.held.set(topic, holding);
    this.restore(holding);
    if (!this.line.online) return;
    const position = holding.cursor.position();
    void (position === null ? this.subscribe(holding) : this.resume({ [topic]: position }));
  }

  leave(topic: string): void {
    const holding = this.held.get(topic);
    if (holding === undefined) return;
    clearTimeout(holding.again);
    this.held.delete(topic);
    this.shelf.put(new Map([[topic, null]]));
    if (holding.state !== "out" && this.line.online) this.line.call({ type: "unsubscribe", topic }).catch(() => undefined);
  }

  has(topic: string): boolean {
    return this.held.has(topic);
  }

  /** Last entry given to the topic's reader; null before its first snapshot. */
  position(topic: string): number | null {
    return this.held.get(topic)?.cursor.position()?.seq ?? null;
  }

  /** Ask for the topic's snapshot again. */
  startOver(topic: string): void {
    const holding = this.held.get(topic);
    if (holding?.state !== "in") return;
    holding.cursor.forget();
    void this.subscribe(holding);
  }

  /** The line broke: everything has to be entered again on the next one. */
  broken(): void {
    for (const holding of this.held.values()) {
      clearTimeout(holding.again);
      holding.state = "out";
      holding.catchingUp = false;
    }
  }

  /** A new line stands: resume what we have a position in, subscribe to the rest. */
  welcomed(): void {
    const known: Record<string, Position> = {};
    for (const holding of this.held.values()) {
      const position = holding.cursor.position();
      if (position === null) void this.subscribe(holding);
      else known[holding.topic] = position;
    }
    if (Object.keys(known).length > 0) void this.resume(known);
  }

  /** An event came. Those of topics we are just entering wait in the cursor until the answer has placed it. */
  event(event: WireEvent): void {
    const holding = this.held.get(event.topic);
    if (holding === undefined || holding.state === "out") return;
    if (!isLogEvent(event)) {
      if (holding.state === "in") holding.reader.event(event);
      return;
    }
    holding.cursor.keep(event);
    if (holding.state === "in") this.advance(holding);
  }

  /** Newest entries the server named in a heartbeat: whoever has less fetches the rest. */
  heads(heads: Record<string, number>): void {
    for (const [topic, head] of Object.entries(heads)) {
      const holding = this.held.get(topic);
      if (holding?.state !== "in") continue;
      holding.cursor.sawHead(head);
      this.advance(holding);
    }
  }

  /**
   * Write what has changed to the device, all of it as it stands now: states that lean on each other (the room list and the
   * rooms) are kept of the same moment. Called by itself after events, and by the page before it may be closed.
   */
  keepNow(): void {
    clearTimeout(this.keeping);
    this.keeping = undefined;
    this.keptAtMs = this.localMs();
    const changes = new Map<string, KeptTopic>();
    for (const holding of this.held.values()) {
      const { topic, reader, cursor, kept } = holding;
      const marks = reader.keeping?.marks() ?? null;
      const position = cursor.position();
      if (reader.keeping === undefined || marks === null || position === null || same(marks, kept)) continue;
      holding.kept = marks;
      changes.set(topic, { ...position, form: reader.keeping.form, state: reader.keeping.save(), keptAtMs: this.localMs() });
    }
    if (changes.size > 0) this.shelf.put(changes);
  }

  /** The page is done with this connection; what is kept stays as it is. */
  close(): void {
    clearTimeout(this.keeping);
    for (const holding of this.held.values()) clearTimeout(holding.again);
  }

  /** The server took us out of a topic. */
  unsubscribed(topic: string): void {
    const holding = this.held.get(topic);
    if (holding !== undefined) this.lose(holding, null);
  }

  private async subscribe(holding: Holding): Promise<void> {
    holding.state = "entering";
    try {
      this.place(holding, await this.line.call<Subscribed>({ type: "subscribe", topic: holding.topic }));
    } catch (problem) {
      this.entryFailed(holding, problem);
    }
  }

  private async resume(topics: Record<string, Position>): Promise<void> {
    const holdings = Object.keys(topics).flatMap((topic) => this.held.get(topic) ?? []);
    for (const holding of holdings) holding.state = "entering";
    try {
      const answer = await this.line.call<Resumed>({ type: "resume", topics });
      for (const holding of holdings) {
        const part = answer.topics[holding.topic];
        if (part !== undefined) this.place(holding, part);
        else this.lose(holding, null);
      }
    } catch (problem) {
      for (const holding of holdings) this.entryFailed(holding, problem);
    }
  }

  private place(holding: Holding, part: Subscribed): void {
    if (this.held.get(holding.topic) !== holding) return;
    holding.state = "in";
    const missing = part.gap ? part.gap.before - part.gap.after - 1 : 0;
    if (part.recovered && missing > REPLAY_AT_MOST) {
      holding.cursor.forget();
      void this.subscribe(holding);
      return;
    }
    if (part.recovered) {
      holding.reader.resumed?.();
      for (const event of part.events as unknown as WireEvent[]) if (isLogEvent(event)) holding.cursor.keep(event);
    } else {
      holding.cursor.startAt(part.epoch, part.head);
      holding.reader.snapshot(part.snapshot ?? {}, part.head);
    }
    holding.cursor.sawHead(part.head);
    this.advance(holding);
    this.keepSoon();
  }

  /** Deliver what is contiguous; when something lies beyond a hole, fetch the hole. */
  private advance(holding: Holding): void {
    const ready = holding.cursor.take();
    for (const event of ready) holding.reader.event(event);
    if (ready.length > 0) this.keepSoon();
    if (holding.cursor.hole() !== null && !holding.catchingUp) void this.fill(holding);
  }

  private async fill(holding: Holding): Promise<void> {
    holding.catchingUp = true;
    try {
      for (let hole = holding.cursor.hole(); hole !== null && this.mine(holding); hole = holding.cursor.hole()) {
        const command = { type: "replay", topic: holding.topic, after: hole.after, before: hole.before, limit: PAGE_EVENTS };
        const page = await this.line.call<Replayed>(command);
        if (!this.mine(holding)) return;
        const found = (page.events as unknown as WireEvent[]).filter(isLogEvent);
        if (found.length === 0) throw ownProblem("UNREADABLE");
        for (const event of found) holding.cursor.keep(event);
        for (const event of holding.cursor.take()) holding.reader.event(event);
        this.keepSoon();
      }
    } catch {
      this.planAgain(holding, () => {
        this.advance(holding);
      });
    } finally {
      holding.catchingUp = false;
    }
  }

  private entryFailed(holding: Holding, problem: unknown): void {
    if (this.held.get(holding.topic) !== holding || (problem instanceof Problem && problem.key === "CLOSED")) return;
    if (problem instanceof Problem && !problem.temporary) {
      this.lose(holding, problem);
      return;
    }
    holding.state = "out";
    this.planAgain(holding, () => {
      void this.subscribe(holding);
    });
  }

  private planAgain(holding: Holding, attempt: () => void): void {
    clearTimeout(holding.again);
    holding.again = setTimeout(() => {
      if (this.held.get(holding.topic) === holding && this.line.online) attempt();
    }, AGAIN_MS);
  }

  private lose(holding: Holding, problem: Problem | null): void {
    if (this.held.get(holding.topic) !== holding) return;
    this.held.delete(holding.topic);
    this.shelf.put(new Map([[holding.topic, null]]));
    holding.reader.lost(problem);
  }

  private restore({ topic, reader, cursor }: Holding): void {
    const kept = reader.keeping === undefined ? null : this.shelf.take(topic, reader.keeping.form);
    if (kept === null) return;
    cursor.startAt(kept.epoch, kept.seq);
    reader.keeping?.restore(kept.state, kept.seq);
  }

  private keepSoon(): void {
    const sinceMs = Math.abs(this.localMs() - this.keptAtMs);
    this.keeping ??= setTimeout(
      () => {
        this.keepNow();
      },
      Math.max(0, KEEP_EVERY_MS - sinceMs),
    );
  }

  private mine(holding: Holding): boolean {
    return this.held.get(holding.topic) === holding && holding.state === "in";
  }
}

function same(marks: readonly unknown[], others: readonly unknown[]): boolean {
  return marks.length === others.length && marks.every((mark, at) => mark === others[at]);
}
