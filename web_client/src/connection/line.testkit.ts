import { Connection } from "./connection";
import { FakeSocket, WELCOME } from "./fake.testkit";
import { memoryKeep } from "./outbox_keep";
import type { ChannelLike, LineWorld, LocksLike } from "./line_world";
import type { SessionState } from "./session";
import { SharedLine } from "./shared_line";

type Frame = Record<string, unknown>;

interface Request {
  page: string;
  held: () => Promise<void>;
  resolve: (value: unknown) => void;
  reject: (cause: unknown) => void;
}

const aborted = (): DOMException => new DOMException("aborted", "AbortError");

/** The locks of one browser. */
export class FakeLocks {
  private readonly holders = new Map<string, Request>();
  private queue: (Request & { name: string })[] = [];

  of(page: string): LocksLike {
    return {
      request: (name, { signal, steal }, held) =>
        new Promise((resolve, reject) => {
          const request = { name, page, held, resolve, reject };
          if (signal?.aborted) return reject(aborted());
          signal?.addEventListener("abort", () => {
            if (!this.queue.includes(request)) return;
            this.queue = this.queue.filter((other) => other !== request);
            reject(aborted());
          });
          if (steal === true) {
            this.holders.get(name)?.reject(aborted());
            this.holders.delete(name);
            this.queue.unshift(request);
          } else this.queue.push(request);
          queueMicrotask(() => {
            this.grant();
          });
        }),
    };
  }

  holder(name: string): string | null {
    return this.holders.get(name)?.page ?? null;
  }

  /** The page is gone, its locks with it. */
  crash(page: string): void {
    this.queue = this.queue.filter((request) => request.page !== page);
    for (const [name, request] of this.holders) if (request.page === page) this.holders.delete(name);
    this.grant();
  }

  private grant(): void {
    for (const request of [...this.queue]) {
      if (this.holders.has(request.name)) continue;
      this.queue = this.queue.filter((other) => other !== request);
      this.holders.set(request.name, request);
      void request.held().then(() => {
        if (this.holders.get(request.name) !== request) return;
        this.holders.delete(request.name);
        request.resolve(undefined);
        this.grant();
      });
    }
  }
}

/** The channels of one browser. */
export class FakeAir {
  readonly spoken: { name: string; note: unknown }[] = [];
  private readonly open = new Set<{ name: string; page: string; channel: ChannelLike }>();
  /** Pages that are asleep: they neither hear nor speak. */
  readonly asleep = new Set<string>();

  of(page: string): (name: string) => ChannelLike {
    return (name) => {
      const channel: ChannelLike = {
        onmessage: null,
        postMessage: (note) => {
          if (this.asleep.has(page)) return;
          this.spoken.push({ name, note: structuredClone(note) });
          this.say(name, note, channel);
        },
        close: () => {
          this.open.delete(seat);
        },
      };
      const seat = { name, page, channel };
      this.open.add(seat);
      return channel;
    };
  }

  say(name: string, note: unknown, from: ChannelLike | null = null): void {
    for (const seat of this.open) {
      if (seat.name !== name || seat.channel === from) continue;
      const data: unknown = structuredClone(note);
      queueMicrotask(() => {
        if (this.open.has(seat) && !this.asleep.has(seat.page)) seat.channel.onmessage?.({ data });
      });
    }
  }

  names(): string[] {
    return [...this.open].map((seat) => seat.name);
  }

  crash(page: string): void {
    for (const seat of [...this.open]) if (seat.page === page) this.open.delete(seat);
  }
}

interface Seated extends FakeSocket {
  page: string;
  seats: Set<string>;
  entering: Set<string>;
}

/** A server with logs: one seat per topic and line, which is taken away while the topic is entered (channels/core/hub.py). */
export class FakeHall {
  readonly lines: Seated[] = [];
  readonly heads = new Map<string, number>();
  /** Two commands of one line entered a topic at the same time: the server refuses that. */
  clashes = 0;
  member = WELCOME.member;
  /** How far its clock is before that of the browser. */
  aheadMs = 0;
  /** Answers wait here while it is not null. */
  held: (() => void)[] | null = null;
  refuse: (frame: Frame) => Frame | null = () => null;
  /** Nobody answers the handshake. */
  deaf = false;

  dial(page: string): FakeSocket {
    const line = Object.assign(new FakeSocket(), { page, seats: new Set<string>(), entering: new Set<string>() });
    line.answer = (frame) => this.answer(line, frame);
    this.lines.push(line);
    if (!this.deaf) {
      queueMicrotask(() => {
        if (line.readyState === 0) line.accept();
      });
    }
    return line;
  }

  open(): Seated[] {
    return this.lines.filter((line) => line.readyState === 1);
  }

  say(topic: string): void {
    const seq = (this.heads.get(topic) ?? 0) + 1;
    this.heads.set(topic, seq);
    for (const line of this.open()) if (line.seats.has(topic)) line.deliver({ type: "chat.sent", topic, seq, at_ms: seq });
  }

  release(): void {
    const waiting = this.held ?? [];
    this.held = null;
    for (const answer of waiting) answer();
  }

  private answer(line: Seated, frame: Frame): Frame | null {
    const { type, ref } = frame;
    if (type === "hello") return { ...WELCOME, member: this.member, server_time_ms: Date.now() + this.aheadMs, ref };
    const entered = this.entering(line, frame);
    const respond = (): Frame => this.refuse(frame) ?? { type: "reply", ref, result: this.result(line, frame) };
    if (this.held === null) return respond();
    this.held.push(() => {
      for (const topic of entered) line.entering.delete(topic);
      if (line.readyState === 1) line.deliver({ ...respond(), ref });
    });
    return null;
  }

  private entering(line: Seated, frame: Frame): string[] {
    const { type } = frame;
    const topics = type === "subscribe" ? [String(frame["topic"])] : type === "resume" ? Object.keys(frame["topics"] as object) : [];
    for (const topic of topics) {
      if (line.entering.has(topic)) this.clashes += 1;
      line.seats.delete(topic);
      if (this.held !== null) line.entering.add(topic);
    }
    return topics;
  }

  private result(line: Seated, frame: Frame): Frame {
    const topic = String(frame["topic"]);
    if (frame["type"] === "heartbeat") {
      return { server_time_ms: Date.now() + this.aheadMs, heads: Object.fromEntries([...line.seats].map((name) => [name, this.heads.get(name) ?? 0])) };
    }
    if (frame["type"] === "subscribe") return this.part(line, topic, null);
    if (frame["type"] === "resume") {
      const topics = frame["topics"] as Record<string, { seq: number }>;
      return { topics: Object.fromEntries(Object.entries(topics).map(([name, at]) => [name, this.part(line, name, at.seq)])), lost: [] };
    }
    if (frame["type"] === "replay") return { topic, events: this.entries(topic, Number(frame["after"]), Number(frame["before"])), more: false };
    if (frame["type"] === "unsubscribe") line.seats.delete(topic);
    return {};
  }

  private part(line: Seated, topic: string, after: number | null): Frame {
    line.seats.add(topic);
    const head = this.heads.get(topic) ?? 0;
    const events = after === null ? [] : this.entries(topic, after, head + 1);
    return { topic, epoch: "a1", head, recovered: after !== null, gap: null, events, snapshot: after === null ? { at: head } : null };
  }

  private entries(topic: string, after: number, before: number): Frame[] {
    const head = this.heads.get(topic) ?? 0;
    const count = Math.max(0, Math.min(before, head + 1) - after - 1);
    return Array.from({ length: count }, (_, at) => ({ type: "chat.sent", topic, seq: after + 1 + at, at_ms: 1 }));
  }
}

/** One browser with its pages. */
export class FakeBrowser {
  readonly locks = new FakeLocks();
  readonly air = new FakeAir();

  constructor(readonly hall: FakeHall) {}

  page(page: string, changes: Partial<LineWorld> & { member?: string } = {}): FakePage {
    const { member = WELCOME.member, ...world } = changes;
    const line = new SharedLine(member, {
      dial: () => this.hall.dial(page),
      localMs: Date.now,
      meeting: { locks: this.locks.of(page), channel: this.air.of(page) },
      visible: () => true,
      page,
      ...world,
    });
    return new FakePage(line);
  }

  crash(page: string): void {
    this.air.crash(page);
    for (const line of this.hall.lines) if (line.page === page) line.readyState = 3;
    this.locks.crash(page);
  }
}

/** A page as far as its connection goes. */
export class FakePage {
  readonly states: [SessionState, string][] = [];
  /** What the readers were given: where they started, then every entry. */
  readonly seen = new Map<string, number[]>();
  readonly lost: string[] = [];
  readonly connection: Connection;

  constructor(readonly line: SharedLine) {
    this.connection = new Connection(
      { open: () => line.open(), random: () => 0.5, localMs: Date.now, keep: memoryKeep() },
      { client: "web/test", locale: () => "zh-CN" },
      { state: (state, closing) => this.states.push([state, closing?.key ?? ""]), welcomed: () => undefined },
      { changed: () => undefined, sent: () => undefined, removed: () => undefined },
    );
    this.connection.start();
  }

  enter(topic: string): void {
    this.seen.set(topic, []);
    this.connection.topics.enter(topic, {
      snapshot: (_state, head) => this.seen.set(topic, [head]),
      event: (event) => this.seen.get(topic)?.push(event.seq ?? 0),
      lost: () => this.lost.push(topic),
    });
  }

  close(): void {
    this.connection.stop();
    this.line.sleep();
  }
}
