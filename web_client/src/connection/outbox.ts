import type { AnyCommand } from "../protocol/wire";
import { retryDelayMs } from "./backoff";
import { ownProblem, Problem } from "./problem";

/**
 * `waiting`: leaves as soon as there is a line. `sending`: on its way. `failed`: the server refused it; only a person
 * can send it again.
 */
export type OutgoingState = "waiting" | "sending" | "failed";

/** A command that must not be lost: kept on the device until the server has confirmed it. */
export interface Outgoing {
  /** Client-made UUIDv7; the same on every try, so the server stores it once. */
  cid: string;
  /** Entries of one lane leave one after the other, oldest first. */
  lane: string;
  command: AnyCommand;
  /** What a page wants to draw while the entry waits and the command does not say (names of files). Plain JSON. */
  shown: Record<string, unknown>;
  createdAtMs: number;
  state: OutgoingState;
  problem: Problem | null;
}

/** What is kept on the device of one entry. */
export type KeptOutgoing = Pick<Outgoing, "cid" | "lane" | "command" | "shown" | "createdAtMs"> & { failed: boolean };

/** Where unsent entries survive a closed page (outbox_keep.ts). */
export interface OutboxKeep {
  load(): KeptOutgoing[];
  put(entry: KeptOutgoing): void;
  remove(cid: string): void;
  /** Be told what other pages of this member put and remove; returns the way to stop. */
  watch?(other: OtherPages): () => void;
}

/** What happens to the outbox in another page of the same member in the same browser. */
export interface OtherPages {
  /** A command was taken over there, or refused there. */
  adopt(entry: KeptOutgoing): void;
  /** A command was confirmed there, or given up. */
  release(cid: string): void;
}

export interface OutboxListener {
  changed(entry: Outgoing): void;
  /** Confirmed; `result` is the reply. The entry is gone from the outbox. */
  sent(entry: Outgoing, result: Record<string, unknown>): void;
  removed(entry: Outgoing): void;
}

export interface OutboxLine {
  readonly online: boolean;
  call<R>(command: AnyCommand): Promise<R>;
}

interface Lane {
  busy: boolean;
  attempt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Outbox implements OtherPages {
  private readonly entries = new Map<string, Outgoing>();
  private readonly lanes = new Map<string, Lane>();

  constructor(
    private readonly line: OutboxLine,
    private readonly keep: OutboxKeep,
    private readonly random: () => number,
    private readonly listener: OutboxListener,
  ) {
    for (const kept of keep.load().sort((a, b) => (a.cid < b.cid ? -1 : 1))) this.entries.set(kept.cid, revived(kept));
  }

  /** All entries, oldest first. */
  all(): Outgoing[] {
    return [...this.entries.values()];
  }

  /** Take over a command. The command carries `cid` itself. */
  add(fresh: Omit<Outgoing, "state" | "problem">): void {
    const entry: Outgoing = { ...fresh, state: "waiting", problem: null };
    this.entries.set(entry.cid, entry);
    this.store(entry);
    this.listener.changed(entry);
    void this.run(entry.lane);
  }

  /** A person wants a failed entry sent again; it keeps its cid and goes to the end of its lane. */
  retry(cid: string): void {
    const entry = this.entries.get(cid);
    if (entry?.state !== "failed") return;
    this.entries.delete(cid);
    this.entries.set(cid, entry);
    this.change(entry, "waiting", null);
    void this.run(entry.lane);
  }

  /** A person gives an entry up. One that is on its way cannot be called back. */
  discard(cid: string): void {
    const entry = this.entries.get(cid);
    if (entry === undefined || entry.state === "sending") return;
    this.drop(entry);
    this.listener.removed(entry);
  }

  /**
   * Another page of this member has taken a command over. It is shown here, and sent from here, too, when a line stands:
   * that page may be asleep, and the server stores a cid once, whoever brings it.
   */
  adopt(kept: KeptOutgoing): void {
    if (this.entries.has(kept.cid)) return;
    const entry = revived(kept);
    this.entries.set(entry.cid, entry);
    this.listener.changed(entry);
    void this.run(entry.lane);
  }

  /** Another page saw it confirmed, or somebody gave it up there. One that is on its way from here waits for its own answer. */
  release(cid: string): void {
    const entry = this.entries.get(cid);
    if (entry === undefined || entry.state === "sending") return;
    this.entries.delete(cid);
    this.listener.removed(entry);
  }

  /** A line stands: everything that waits goes. */
  flush(): void {
    for (const lane of new Set([...this.entries.values()].map((entry) => entry.lane))) {
      const state = this.lane(lane);
      clearTimeout(state.timer);
      state.attempt = 0;
      void this.run(lane);
    }
  }

  /** Stop all timers; entries stay kept. */
  close(): void {
    for (const lane of this.lanes.values()) clearTimeout(lane.timer);
  }

  private async run(name: string): Promise<void> {
    const lane = this.lane(name);
    if (lane.busy) return;
    lane.busy = true;
    try {
      for (let entry = this.next(name); entry !== undefined && this.line.online; entry = this.next(name)) {
        if (!(await this.send(entry, lane))) break;
      }
    } finally {
      lane.busy = false;
    }
  }

  /** True when the lane may go on. */
  private async send(entry: Outgoing, lane: Lane): Promise<boolean> {
    this.change(entry, "sending", null);
    try {
      const result = await this.line.call<Record<string, unknown>>(entry.command);
      lane.attempt = 0;
      this.drop(entry);
      this.listener.sent(entry, result);
      return true;
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : ownProblem("UNREADABLE");
      if (!problem.temporary) {
        this.change(entry, "failed", problem);
        return true;
      }
      this.change(entry, "waiting", problem);
      const waitMs = retryDelayMs(lane.attempt, this.random(), problem.fields.retryAfterMs ?? 0);
      lane.attempt += 1;
      clearTimeout(lane.timer);
      lane.timer = setTimeout(() => void this.run(entry.lane), waitMs);
      return false;
    }
  }

  private next(lane: string): Outgoing | undefined {
    return [...this.entries.values()].find((entry) => entry.lane === lane && entry.state !== "failed");
  }

  private lane(name: string): Lane {
    const lane = this.lanes.get(name) ?? { busy: false, attempt: 0, timer: undefined };
    this.lanes.set(name, lane);
    return lane;
  }

  private change(entry: Outgoing, state: OutgoingState, problem: Problem | null): void {
    entry.state = state;
    entry.problem = problem;
    if (state !== "sending") this.store(entry);
    this.listener.changed(entry);
  }

  private drop(entry: Outgoing): void {
    this.entries.delete(entry.cid);
    this.keep.remove(entry.cid);
  }

  private store(entry: Outgoing): void {
    const { cid, lane, command, shown, createdAtMs } = entry;
    this.keep.put({ cid, lane, command, shown, createdAtMs, failed: entry.state === "failed" });
  }
}

function revived({ failed, ...entry }: KeptOutgoing): Outgoing {
  return { ...entry, state: failed ? "failed" : "waiting", problem: failed ? ownProblem("NETWORK") : null };
}
