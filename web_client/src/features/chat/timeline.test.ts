// @vitest-environment node
import { expect, test } from "vitest";

import { message, MORNING, outgoing } from "./chat.testkit";
import { ordinalAt, rowIndex, stillOutgoing, timeline, type Row, type TimelineParts } from "./timeline";

const build = (parts: Partial<TimelineParts>): Row[] =>
  timeline({ messages: [], outgoing: [], me: "me", readUpTo: null, complete: false, ...parts });
const kinds = (rows: Row[]): string[] => rows.map((row) => row.kind);

test("an empty complete room shows where it begins", () => {
  expect(kinds(build({ complete: true }))).toEqual(["start"]);
});

test("a time stands before the first message, after a pause, and on a new day", () => {
  const rows = build({
    messages: [
      message(1),
      message(2),
      message(3, { at_ms: MORNING + 12 * 60_000 }),
      message(4, { at_ms: new Date(2026, 6, 1, 23, 58).getTime() }),
      message(5, { at_ms: new Date(2026, 6, 2, 0, 1).getTime() }),
    ],
  });
  expect(kinds(rows)).toEqual(["time", "message", "message", "time", "message", "time", "message", "time", "message"]);
});

test("messages of one sender form a group with one head and one tail", () => {
  const rows = build({ messages: [message(1), message(2), message(3, { sender: "bo" }), message(4)] });
  const groups = rows.flatMap((row) => (row.kind === "message" ? [[row.head, row.tail]] : []));
  expect(groups).toEqual([[true, false], [false, true], [true, true], [true, true]]);
});

test("what is gone parts a group and stays as a trace", () => {
  const gone = { how: "recalled" as const, by: "anna", reason: null };
  const rows = build({ messages: [message(1), message(2, { gone }), message(3)] });
  expect(kinds(rows)).toEqual(["time", "message", "gone", "message"]);
  expect(rows[3]).toMatchObject({ head: true });
  expect(rows[1]).toMatchObject({ tail: true });
});

test("the line before what is new stands once, before the first message of somebody else", () => {
  const messages = [message(1), message(2, { sender: "me" }), message(3), message(4)];
  expect(kinds(build({ messages, readUpTo: 1 }))).toEqual(["time", "message", "message", "new", "message", "message"]);
  expect(kinds(build({ messages, readUpTo: 4 }))).not.toContain("new");
  expect(kinds(build({ messages, readUpTo: 0 }))).not.toContain("new");
});

test("keys are stable and unique", () => {
  const messages = [message(1), message(2, { at_ms: MORNING + 900_000 })];
  const rows = build({ messages, outgoing: [outgoing("c1"), outgoing("c2")], complete: true });
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  expect(rowIndex(rows, 2)).toBe(rows.findIndex((row) => row.key === "m2"));
  expect(rowIndex(rows, 99)).toBe(-1);
});

test("the ordinal at a row is that of the message there or above", () => {
  const rows = build({ messages: [message(1), message(2, { n: 2, at_ms: MORNING + 900_000 })], outgoing: [outgoing("c")], complete: true });
  expect(kinds(rows)).toEqual(["start", "time", "message", "time", "message", "outgoing"]);
  expect([-1, 1, 2, 3, 4, 5].map((index) => ordinalAt(rows, index))).toEqual([0, 0, 1, 1, 2, 2]);
});

test("what waits stands behind everything", () => {
  const rows = build({ messages: [message(1)], outgoing: [outgoing("c1")] });
  expect(kinds(rows)).toEqual(["time", "message", "outgoing"]);
});

test("a message that came by its event hides what stood for it, each only one", () => {
  const mine = message(7, { sender: "me", text: "好", at_ms: MORNING + 61_000 });
  const twice = [outgoing("a", { command: { text: "好 ", type: "chat.send" } }), outgoing("b", { command: { text: "好", type: "chat.send" } })];
  expect(stillOutgoing(twice, [mine], "me").map((entry) => entry.cid)).toEqual(["b"]);
});

test("an older message with the same words hides nothing, and a failed one is always shown", () => {
  const older = message(7, { sender: "me", text: "好", at_ms: MORNING });
  const newer = { ...older, at_ms: MORNING + 61_000 };
  const entry = outgoing("a", { command: { text: "好", type: "chat.send" } });
  expect(stillOutgoing([entry], [older], "me")).toHaveLength(1);
  expect(stillOutgoing([{ ...entry, state: "failed" }], [newer], "me")).toHaveLength(1);
  expect(stillOutgoing([entry], [{ ...newer, sender: "anna" }], "me")).toHaveLength(1);
});

test("a confirmed one stays until its number is in the list", () => {
  const entry = outgoing("a", { seq: 9, atMs: 1 });
  expect(stillOutgoing([entry], [message(8)], "me")).toHaveLength(1);
  expect(stillOutgoing([entry], [message(9)], "me")).toHaveLength(0);
});

test("ten thousand messages are laid out in well under a frame of work each", () => {
  const messages = Array.from({ length: 10_000 }, (_, index) => message(index + 1));
  const began = process.cpuUsage(); // not the clock: a busy machine must not fail this
  expect(build({ messages })).toHaveLength(10_000 + kinds(build({ messages })).filter((kind) => kind === "time").length);
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_000);
});
