import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { settle } from "./fake.testkit";
import { Outbox, type Outgoing, type OutboxKeep } from "./outbox";
import { forgetKept, memoryKeep, storageKeep } from "./outbox_keep";
import { ownProblem, type Problem, problemFrom } from "./problem";

type Command = { type: string; [field: string]: unknown };

class FakeLine {
  online = true;
  readonly stored: string[] = [];
  tries = 0;
  failNext: (Problem | "lost answer")[] = [];

  call<R>(command: Command): Promise<R> {
    this.tries += 1;
    if (!this.online) return Promise.reject(ownProblem("CLOSED"));
    const failure = this.failNext.shift();
    const cid = String(command["cid"]);
    const duplicate = this.stored.includes(cid);
    if ((failure === undefined || failure === "lost answer") && !duplicate) this.stored.push(cid);
    if (failure !== undefined) return Promise.reject(failure === "lost answer" ? ownProblem("CLOSED") : failure);
    return Promise.resolve({ seq: this.stored.indexOf(cid) + 1, duplicate } as R);
  }
}

const REFUSED = problemFrom({ code: 2001, key: "CHAT_TOO_LONG", message: { zh: "太长", en: "too long" } });
const BUSY = problemFrom({ code: 1200, key: "TOO_MANY_REQUESTS", message: { zh: "慢", en: "slow" }, temporary: true, retry_after_ms: 2_000 });

let line: FakeLine;
let keep: OutboxKeep;
let outbox: Outbox;
let states: string[];
let sent: [string, unknown][];

function build(): Outbox {
  return new Outbox(line, keep, () => 0.5, {
    changed: (entry: Outgoing) => states.push(`${entry.cid} ${entry.state}`),
    sent: (entry, result) => sent.push([entry.cid, result["seq"]]),
    removed: (entry) => states.push(`${entry.cid} removed`),
  });
}

const send = (cid: string, lane = "room") => {
  outbox.add({ cid, lane, command: { type: "chat.send", cid, text: cid }, shown: {}, createdAtMs: 0 });
};

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  line = new FakeLine();
  keep = memoryKeep();
  [states, sent] = [[], []];
  outbox = build();
});

afterEach(() => {
  outbox.close();
  vi.useRealTimers();
});

test("sends in the order of writing and forgets what is confirmed", async () => {
  for (const cid of ["a", "b", "c"]) send(cid);
  await settle();
  expect(line.stored).toEqual(["a", "b", "c"]);
  expect(sent.map(([cid]) => cid)).toEqual(["a", "b", "c"]);
  expect(outbox.all()).toEqual([]);
  expect(keep.load()).toEqual([]);
});

test("without a line everything waits, and goes in order when it returns", async () => {
  line.online = false;
  for (const cid of ["a", "b"]) send(cid);
  await settle();
  expect(outbox.all().map((entry) => entry.state)).toEqual(["waiting", "waiting"]);
  line.online = true;
  outbox.flush();
  await settle();
  expect(line.stored).toEqual(["a", "b"]);
});

test("a lost answer is retried with the same cid and stored once", async () => {
  line.failNext = ["lost answer"];
  send("a");
  await settle();
  expect(outbox.all().map((entry) => entry.state)).toEqual(["waiting"]);
  await vi.advanceTimersByTimeAsync(250);
  expect(line.stored).toEqual(["a"]);
  expect(sent).toEqual([["a", 1]]);
  expect(line.tries).toBe(2);
});

test("one that waits holds back those behind it in its lane, and no other lane", async () => {
  line.failNext = [BUSY];
  send("a");
  send("b");
  send("x", "other room");
  await settle();
  expect(line.stored).toEqual(["x"]);
  await vi.advanceTimersByTimeAsync(2_249);
  expect(line.stored).toEqual(["x"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(line.stored).toEqual(["x", "a", "b"]);
});

test("a refusal for good fails this one and lets the next go", async () => {
  line.failNext = [REFUSED];
  send("a");
  send("b");
  await settle();
  expect(line.stored).toEqual(["b"]);
  expect(outbox.all()).toMatchObject([{ cid: "a", state: "failed", problem: { key: "CHAT_TOO_LONG" } }]);
  outbox.flush();
  await settle();
  expect(line.stored).toEqual(["b"]);
  outbox.retry("a");
  await settle();
  expect(line.stored).toEqual(["b", "a"]);
});

test("a failed one can be given up; one on its way cannot", async () => {
  line.failNext = [REFUSED];
  send("a");
  await settle();
  outbox.discard("a");
  expect(keep.load()).toEqual([]);
  expect(states.at(-1)).toBe("a removed");
  send("b");
  outbox.discard("b");
  await settle();
  expect(line.stored).toEqual(["b"]);
});

test("survives a closed page and keeps its order", async () => {
  line.online = false;
  for (const cid of ["01", "02"]) send(cid);
  await settle();
  outbox.close();
  line.online = true;
  outbox = build();
  expect(outbox.all().map((entry) => entry.cid)).toEqual(["01", "02"]);
  outbox.flush();
  await settle();
  expect(line.stored).toEqual(["01", "02"]);
});

describe.each([
  ["memory", memoryKeep],
  ["storage", () => storageKeep(localStorage, "member")],
])("the %s keep", (_name, make) => {
  const entry = { cid: "c1", lane: "r", command: { type: "chat.send", text: "草稿" }, shown: {}, createdAtMs: 5, failed: false };

  test("gives back what was put, once per cid, until it is removed", () => {
    const kept = make();
    kept.put(entry);
    kept.put({ ...entry, failed: true });
    expect(kept.load()).toEqual([{ ...entry, failed: true }]);
    kept.remove("c1");
    expect(kept.load()).toEqual([]);
  });
});

test("what one member left on a shared phone is not another's, and sign-out removes it", () => {
  const entry = { cid: "c1", lane: "r", command: { type: "chat.send" }, shown: {}, createdAtMs: 5, failed: false };
  storageKeep(localStorage, "one").put(entry);
  expect(storageKeep(localStorage, "two").load()).toEqual([]);
  localStorage.setItem("huitang.outbox.one.broken", "{");
  expect(storageKeep(localStorage, "one").load()).toEqual([entry]);
  forgetKept(localStorage);
  expect(storageKeep(localStorage, "one").load()).toEqual([]);
});

describe("two pages of one member", () => {
  /** As the browser tells it to every page but the one that wrote. */
  const tell = (key: string, newValue: string | null): void => {
    dispatchEvent(new StorageEvent("storage", { key, newValue, storageArea: localStorage }));
  };
  const KEY = "huitang.outbox.me.";

  function open(): () => void {
    keep = storageKeep(localStorage, "me");
    outbox = build();
    return keep.watch?.(outbox) ?? (() => undefined);
  }

  test("what one takes over waits in the other, too, and is stored once whoever sends it", async () => {
    const stop = open();
    line.online = false;
    tell(`${KEY}c1`, JSON.stringify({ cid: "c1", lane: "room", command: { type: "chat.send", cid: "c1" }, shown: {}, createdAtMs: 0, failed: false }));
    expect(outbox.all().map((entry) => [entry.cid, entry.state])).toEqual([["c1", "waiting"]]);
    line.stored.push("c1"); // the other page was quicker
    line.online = true;
    outbox.flush();
    await settle();
    expect(line.stored).toEqual(["c1"]);
    expect(sent).toEqual([["c1", 1]]);
    stop();
  });

  test("what was confirmed or given up there is gone here; strange entries are passed over", () => {
    const stop = open();
    line.online = false;
    send("c1");
    tell(`${KEY}c1`, null);
    tell(`${KEY}c2`, "{");
    tell("huitang.outbox.somebody-else.c3", "{}");
    expect(outbox.all()).toEqual([]);
    expect(states).toContain("c1 removed");
    stop();
    send("c4");
    tell(`${KEY}c4`, null);
    expect(outbox.all().map((entry) => entry.cid)).toEqual(["c4"]);
  });
});
