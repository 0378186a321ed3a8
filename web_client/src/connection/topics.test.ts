// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { WireEvent } from "../protocol/wire";
import { settle } from "./fake.testkit";
import type { Problem} from "./problem";
import { ownProblem, problemFrom } from "./problem";
import { Topics, type TopicReader } from "./topics";

type Command = { type: string; [field: string]: unknown };

const TOPIC = "chat:1";
const log = (seq: number, topic = TOPIC): WireEvent => ({ type: "chat.sent", topic, seq, at_ms: seq });

/** The server's side of one topic: a log, and a line that can be cut. */
class FakeLog {
  online = true;
  epoch = "a1";
  head = 0;
  readonly asked: Command[] = [];
  refuse: Problem | null = null;
  page = 200;

  call<R>(command: Command): Promise<R> {
    this.asked.push(command);
    if (!this.online) return Promise.reject(ownProblem("CLOSED"));
    if (this.refuse !== null) return Promise.reject(this.refuse);
    return Promise.resolve(this.answer(command) as R);
  }

  private answer(command: Command): unknown {
    if (command.type === "subscribe") return this.fresh();
    if (command.type === "resume") {
      const [[topic, position] = ["", { epoch: "", seq: 0 }]] = Object.entries(command["topics"] as Record<string, { epoch: string; seq: number }>);
      return topic === TOPIC ? { topics: { [TOPIC]: this.since(position) }, lost: [] } : { topics: {}, lost: [topic] };
    }
    if (command.type === "replay") {
      const [after, before] = [command["after"] as number, command["before"] as number];
      const found = this.entries(after, Math.min(before, after + 1 + this.page));
      return { topic: TOPIC, events: found, more: after + found.length + 1 < before };
    }
    return {};
  }

  entries(after: number, before: number): WireEvent[] {
    return Array.from({ length: Math.max(0, Math.min(before, this.head + 1) - after - 1) }, (_, index) => log(after + 1 + index));
  }

  fresh(): object {
    return { topic: TOPIC, epoch: this.epoch, head: this.head, recovered: false, gap: null, events: [], snapshot: { at: this.head } };
  }

  private since(position: { epoch: string; seq: number }): object {
    if (position.epoch !== this.epoch) return this.fresh();
    const from = Math.max(position.seq, this.head - this.page);
    const gap = from > position.seq ? { after: position.seq, before: from + 1 } : null;
    return { topic: TOPIC, epoch: this.epoch, head: this.head, recovered: true, gap, events: this.entries(from, this.head + 1), snapshot: null };
  }
}

let server: FakeLog;
let topics: Topics;
let got: number[];
let live: string[];
let snapshots: number[];
let lost: (Problem | null)[];

const reader: TopicReader = {
  snapshot: (state, head) => {
    snapshots.push(head);
    expect(state).toEqual({ at: head });
  },
  event: (event) => {
    if (event.seq === undefined) live.push(event.type);
    else got.push(event.seq);
  },
  lost: (problem) => lost.push(problem),
};

beforeEach(() => {
  vi.useFakeTimers();
  [got, live, snapshots, lost] = [[], [], [], []];
  server = new FakeLog();
  topics = new Topics(server);
});

afterEach(() => vi.useRealTimers());

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function enter(head = 5): Promise<void> {
  server.head = head;
  topics.enter(TOPIC, reader);
  await settle();
}

async function cut(whileAway: () => void): Promise<void> {
  server.online = false;
  topics.broken();
  whileAway();
  server.online = true;
  topics.welcomed();
  await settle();
}

test("a fresh topic starts from the snapshot and goes on live", async () => {
  await enter();
  for (const seq of [6, 7]) topics.event(log(seq));
  topics.event({ type: "chat.typing", topic: TOPIC });
  expect(snapshots).toEqual([5]);
  expect(got).toEqual([6, 7]);
  expect(live).toEqual(["chat.typing"]);
});

test("events that come before the answer wait for it (attach, buffer, splice)", async () => {
  server.head = 5;
  topics.enter(TOPIC, reader);
  for (const seq of [5, 6, 7]) topics.event(log(seq));
  expect(got).toEqual([]);
  await settle();
  expect(snapshots).toEqual([5]);
  expect(got).toEqual([6, 7]);
});

test("a hole holds everything back until replay has closed it", async () => {
  await enter();
  server.head = 9;
  topics.event(log(9));
  expect(got).toEqual([]);
  await settle();
  expect(server.asked.at(-1)).toMatchObject({ type: "replay", after: 5, before: 9 });
  expect(got).toEqual([6, 7, 8, 9]);
});

test("the negative control: without holding back, the order would break", async () => {
  await enter();
  server.head = 9;
  const naive: number[] = [];
  for (const event of [log(9), ...server.entries(5, 9)]) naive.push(event.seq ?? 0);
  topics.event(log(9));
  await settle();
  expect(naive).not.toEqual([6, 7, 8, 9]);
  expect(got).toEqual([6, 7, 8, 9]);
});

test("a head named by a heartbeat brings what was lost at the end", async () => {
  await enter();
  server.head = 8;
  topics.heads({ [TOPIC]: 8, "chat:other": 3 });
  await settle();
  expect(got).toEqual([6, 7, 8]);
});

test("a page too small for the hole is followed by the next", async () => {
  await enter(0);
  server.page = 3;
  server.head = 10;
  topics.heads({ [TOPIC]: 10 });
  await settle();
  await settle();
  expect(got).toEqual(range(1, 10));
});

test("after a break the rest comes by resume, once and in order", async () => {
  await enter();
  topics.event(log(6));
  await cut(() => {
    server.head = 12;
  });
  topics.event(log(12));
  expect(got).toEqual(range(6, 12));
  expect(snapshots).toEqual([5]);
});

test("a gap of some pages is replayed before the newest page counts", async () => {
  await enter();
  await cut(() => {
    server.head = 605;
  });
  await settle();
  expect(got).toEqual(range(6, 605));
});

test("a gap of very many entries starts over from the snapshot", async () => {
  await enter();
  await cut(() => {
    server.head = 50_000;
  });
  expect(got).toEqual([]);
  expect(snapshots).toEqual([5, 50_000]);
});

test("another epoch starts over", async () => {
  await enter();
  await cut(() => {
    server.epoch = "b2";
    server.head = 2;
  });
  expect(snapshots).toEqual([5, 2]);
  topics.event(log(3));
  expect(got).toEqual([3]);
});

test("a topic that is closed to us is told once and forgotten", async () => {
  topics.enter("chat:2", reader);
  server.refuse = problemFrom({ code: 1005, key: "UNKNOWN_TOPIC", message: { zh: "无", en: "none" } });
  topics.enter(TOPIC, reader);
  await settle();
  expect(lost).toHaveLength(1);
  expect(topics.has(TOPIC)).toBe(false);
  server.refuse = null;
  topics.unsubscribed("chat:2");
  expect(lost).toHaveLength(2);
});

test("resume names what is lost", async () => {
  await enter();
  const other = "chat:9";
  const forgotten = new Topics(server);
  forgotten.enter(other, reader);
  await settle();
  forgotten.broken();
  forgotten.welcomed();
  await settle();
  expect(lost).toEqual([null]);
});

test("a temporary refusal is tried again on the same line", async () => {
  server.refuse = problemFrom({ code: 1201, key: "BUSY", message: { zh: "忙", en: "busy" }, temporary: true });
  await enter();
  expect(snapshots).toEqual([]);
  server.refuse = null;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(snapshots).toEqual([5]);
});

test("a replay that fails is tried again", async () => {
  await enter();
  server.head = 7;
  server.refuse = ownProblem("TIMEOUT");
  topics.heads({ [TOPIC]: 7 });
  await settle();
  expect(got).toEqual([]);
  server.refuse = null;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(got).toEqual([6, 7]);
});

test("a reader can ask for the snapshot again, and knows where it stands", async () => {
  expect(topics.position(TOPIC)).toBeNull();
  await enter();
  topics.event(log(6));
  expect(topics.position(TOPIC)).toBe(6);
  server.head = 6;
  topics.startOver(TOPIC);
  await settle();
  expect(snapshots).toEqual([5, 6]);
  topics.event(log(7));
  expect(got).toEqual([6, 7]);
});

test("leaving tells the server and hears no more", async () => {
  await enter();
  topics.leave(TOPIC);
  topics.event(log(6));
  expect(server.asked.at(-1)).toMatchObject({ type: "unsubscribe", topic: TOPIC });
  expect(got).toEqual([]);
});
