// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FakeLog, log, TOPIC } from "./fake_log.testkit";
import { settle } from "./fake.testkit";
import type { Problem } from "./problem";
import { ownProblem, problemFrom } from "./problem";
import { Topics, type TopicReader } from "./topics";

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
