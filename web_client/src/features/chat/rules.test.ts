// @vitest-environment node
import { expect, test } from "vitest";

import { listen } from "@/pinyin/sound";

import { inListOrder, findRooms, isListed, unreadOf } from "./list";
import { findPeople, mentionAt, stillNamed } from "./mentions";
import { NOBODY, reducePresence } from "./presence";
import { rightsOver } from "./rights";
import { stillTyping, withTypist } from "./typing";
import { message, person } from "./chat.testkit";

import type { MeRoom } from "@/protocol/me";

const room = (id: string, more: Partial<MeRoom> = {}): MeRoom => ({ room: id, kind: "branch", title: id, unit: null, other: null, head: 0, head_n: 0, read_n: 0, last: null, mentions: [], threads: [], ...more });
const last = (at_ms: number) => ({ message: 1, at_ms, sender: "a", excerpt: "", attachments_count: 0, gone: null });

test("rooms by newest message, then branches before groups", () => {
  const order = inListOrder([room("g", { kind: "group" }), room("b"), room("old", { last: last(1) }), room("new", { last: last(2), kind: "direct" })]);
  expect(order.map((one) => one.room)).toEqual(["new", "old", "b", "g"]);
});

test("a direct talk nobody said anything in is not listed", () => {
  expect(isListed(room("d", { kind: "direct" }))).toBe(false);
  expect(isListed(room("d", { kind: "direct", last: last(1) }))).toBe(true);
  expect(isListed(room("b"))).toBe(true);
});

test("unread is arithmetic and never below nothing", () => {
  const threads = [{ root: 1, head_n: 5, read_n: 2 }, { root: 2, head_n: 1, read_n: 3 }];
  expect(unreadOf(room("a", { head_n: 9, read_n: 4, threads, mentions: [{ message: 1, n: 5, thread: null }] }))).toEqual({ messages: 5, mentions: 1, replies: 3 });
  expect(unreadOf(room("a", { head_n: 1, read_n: 4 })).messages).toBe(0);
});

test("rooms are found by a part of their name", () => {
  expect(findRooms([room("第二党支部"), room("Choir")], " cho ").map((one) => one.room)).toEqual(["Choir"]);
});

test.each([
  ["@宋", 2, { from: 0, query: "宋" }],
  ["请@", 2, { from: 1, query: "" }],
  ["请 @宋佳 看", 5, { from: 2, query: "宋佳" }],
  ["请 @宋佳 看", 7, null],
  ["a@b.cn", 3, null],
  ["没有", 2, null],
])("mention in %s at %i", (text, caret, found) => {
  expect(mentionAt(text, caret)).toEqual(found);
});

test("people are found by name or number; beginnings first; those who left not at all", () => {
  const people = [person("1", "宋佳宁"), person("2", "李宋", { number: "0042" }), person("3", "宋江", { present: false })];
  expect(findPeople(people, "宋").map((one) => one.member)).toEqual(["1", "2"]);
  expect(findPeople(people, "004").map((one) => one.member)).toEqual(["2"]);
  expect(findPeople(people, "")).toHaveLength(2);
});

test("people and rooms are found by the sound of their names, behind those that are spelled so", async () => {
  await listen();
  const people = [person("1", "宋佳宁"), person("2", "李宋"), person("3", "sjn 代表")];
  for (const typed of ["sjn", "songjn", "SongJiaN"]) expect(findPeople(people, typed).map((one) => one.member), typed).toContain("1");
  expect(findPeople(people, "song").map((one) => one.member)).toEqual(["1", "2"]);
  expect(findPeople(people, "xyz")).toEqual([]);
  expect(findRooms([room("第二党支部"), room("合唱队")], "hcd").map((one) => one.title)).toEqual(["合唱队"]);
});

test("only those whose name still stands in the text are mentioned", () => {
  expect(stillNamed("@宋佳宁 你好", new Map([["1", "宋佳宁"], ["2", "李宋"]]))).toEqual(["1"]);
});

test("one's own message: recall for 2 minutes, edit for a day; others' by right only", () => {
  const can = (word: string) => word === "chat.delete";
  const mine = message(1, { sender: "me" });
  const at = mine.at_ms;
  expect(rightsOver(mine, "me", at + 119_999, can)).toEqual({ recall: true, edit: true, remove: false, pin: false });
  expect(rightsOver(mine, "me", at + 120_000, can)).toMatchObject({ recall: false, edit: true });
  expect(rightsOver(mine, "me", at + 86_400_000, can)).toMatchObject({ recall: false, edit: false });
  expect(rightsOver(mine, "you", at, can)).toEqual({ recall: false, edit: false, remove: true, pin: false });
  expect(rightsOver(mine, "you", at, () => false).remove).toBe(false);
});

test("nothing can be done with what is gone", () => {
  const gone = message(1, { sender: "me", gone: { how: "recalled", by: "me", reason: null } });
  expect(rightsOver(gone, "me", gone.at_ms, () => true)).toEqual({ recall: false, edit: false, remove: false, pin: false });
});

test("typing notices run out and are renewed", () => {
  let typists = withTypist([], "a", null, 0);
  typists = withTypist(typists, "b", 7, 3_000);
  expect(stillTyping(typists, 5_999).map((one) => one.member)).toEqual(["a", "b"]);
  expect(stillTyping(typists, 6_001).map((one) => one.member)).toEqual(["b"]);
  expect(withTypist(typists, "b", 7, 8_000)).toEqual([{ member: "b", thread: 7, untilMs: 14_000 }]);
});

test("presence is set, changed, and only counted when there are too many", () => {
  const meta = [{ ref: "r", since_at_ms: 0, state: "here" as const }];
  let present = reducePresence(NOBODY, { type: "presence.state", topic: "t", count: 2, people: { a: meta, ["__proto__"]: meta } });
  present = reducePresence(present, { type: "presence.changed", topic: "t", count: 2, people: { b: meta }, gone: ["a"] });
  expect([...(present.members ?? [])]).toContain("b");
  expect(present.members?.has("a")).toBe(false);
  present = reducePresence(present, { type: "presence.state", topic: "t", count: 900, people: null });
  expect(reducePresence(present, { type: "presence.changed", topic: "t", count: 901, people: { c: meta }, gone: [] })).toEqual({ count: 901, members: null });
});
