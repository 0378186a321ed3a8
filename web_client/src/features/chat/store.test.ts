// @vitest-environment happy-dom
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, test } from "vitest";
import { nextTick } from "vue";

import { settle } from "@/connection/fake.testkit";
import type { TopicReader } from "@/connection/topics";
import { useMe } from "@/features/me/contract";
import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";
import type { MeRoom } from "@/protocol/me";
import type { WireEvent } from "@/protocol/wire";

import { message } from "./chat.testkit";
import { useRooms } from "./store";

const readers = new Map<string, TopicReader>();
const positions = new Map<string, number>();
let replays: Record<string, unknown>[];
let log: WireEvent[];
let left: string[];

const line = (more: Partial<MeRoom> = {}): MeRoom => ({
  room: "r",
  kind: "branch",
  title: "支部",
  unit: "r",
  other: null,
  head: 0,
  head_n: 0,
  read_n: 0,
  last: null,
  mentions: [],
  threads: [],
  ...more,
});
const list = (...rooms: MeRoom[]) => ({ member: "me", name: "我", rooms, notices: [], preferences: { typing_visible: false, locale: "zh-CN", large_type: false, theme: "system" } });
const sent = (seq: number, more: object = {}): WireEvent => ({ ...message(seq), type: "chat.sent", topic: "chat:r", thread_sender: null, thread_head: null, ...more }) as WireEvent;
const snapshot = (head: number) => {
  positions.set("chat:r", head);
  readers.get("chat:r")?.snapshot({ room: "r", head_n: head, messages: [], more_before: false, pins: [] }, head);
};

beforeEach(async () => {
  setActivePinia(createPinia());
  readers.clear();
  positions.clear();
  [replays, log, left] = [[], [], []];
  const live = useLive();
  Object.assign(live, {
    enter: (topic: string, reader: TopicReader) => readers.set(topic, reader),
    leave: (topic: string) => left.push(topic),
    position: (topic: string) => positions.get(topic) ?? null,
    call: (command: Record<string, unknown>) => {
      if (command["type"] === "replay") replays.push(command);
      const [after, before] = [Number(command["after"]), Number(command["before"])];
      return Promise.resolve({ topic: "chat:r", events: log.filter((event) => (event.seq ?? 0) > after && (event.seq ?? 0) < before), more: false });
    },
  });
  useIdentity().take({ step: "done", account: null, org: null, member: { id: "me", name: "我", branch: "r", branch_name: "支部", units: [], roles: [], capabilities: [] } });
  useMe().start();
  useRooms().start();
  readers.get("me:me")?.snapshot(list(line()), 1);
  await nextTick();
});

test("every room of the list is held, and left when it goes", async () => {
  expect([...readers.keys()]).toContain("chat:r");
  snapshot(0);
  const holding = useRooms().hold("r");
  readers.get("me:me")?.event({ type: "me.room_removed", topic: "me:me", seq: 2, at_ms: 0, room: "r" } as WireEvent);
  await nextTick();
  expect(left).toEqual(["chat:r"]);
  expect(holding.lost).toBe(true);
});

test("an event of a room moves its line in the list", () => {
  snapshot(0);
  readers.get("chat:r")?.event(sent(1, { text: "你好" }));
  expect(useMe().room("r")).toMatchObject({ head: 1, head_n: 1, last: { excerpt: "你好" } });
});

test("what was said between the two snapshots is replayed into the line, before what comes meanwhile", async () => {
  log = [sent(1, { text: "一" }), { type: "chat.edited", topic: "chat:r", seq: 2, at_ms: 2, message: 1, text: "甲", edited_at_ms: 2 } as WireEvent];
  snapshot(2);
  readers.get("chat:r")?.event({ type: "chat.edited", topic: "chat:r", seq: 3, at_ms: 3, message: 1, text: "乙", edited_at_ms: 3 } as WireEvent);
  await settle();
  expect(replays).toMatchObject([{ topic: "chat:r", after: 0, before: 3 }]);
  expect(useMe().room("r")).toMatchObject({ head: 3, head_n: 1, last: { excerpt: "乙" } });
});

test("snapshots of the same moment need no replay", async () => {
  readers.get("me:me")?.snapshot(list(line({ head: 4, head_n: 4 })), 2);
  snapshot(4);
  await settle();
  expect(replays).toEqual([]);
});

test("a room that was closed can be held again", () => {
  const rooms = useRooms();
  const holding = rooms.hold("r");
  readers.get("chat:r")?.lost(null);
  expect(holding.lost).toBe(true);
  expect(rooms.hold("r")).toBe(holding);
  expect(holding.lost).toBe(false);
});

test("a room that talks all day does not grow: less is held while nobody looks, and the rest is paged in again", () => {
  snapshot(0);
  const holding = useRooms().hold("r");
  for (let seq = 1; seq <= 1_000; seq += 1) readers.get("chat:r")?.event(sent(seq));
  const held = holding.chat?.room.messages ?? [];
  expect(held.length).toBeLessThanOrEqual(200);
  expect(held.at(-1)?.seq).toBe(1_000);
  expect(holding.chat?.room).toMatchObject({ head_n: 1_000, more_before: true });
  holding.shown = 1;
  for (let seq = 1_001; seq <= 2_500; seq += 1) readers.get("chat:r")?.event(sent(seq));
  expect(holding.chat?.room.messages.length).toBeGreaterThan(1_500); // its list decides, which knows where one reads
});
