// @vitest-environment node
import { describe, expect, test } from "vitest";

import { WELCOME } from "./fake.testkit";
import { pageName } from "./line_notes";
import { arrive, browser, hall, only, pages, rest, ROOM, setStage, two } from "./line_stage.testkit";

setStage();

describe("what travels over it", () => {
  test("two pages in one room see every event exactly once, and the server tells each once", async () => {
    const both = await two();
    for (let count = 0; count < 5; count += 1) hall.say(ROOM);
    await rest();
    for (const page of both) expect(page.seen.get(ROOM)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(only().seats).toEqual(new Set([ROOM]));
  });

  test("each page gets its own answers, although both count from one", async () => {
    const both = [await arrive("a"), await arrive("b")];
    hall.refuse = (frame) => ({ type: "reply", ref: frame["ref"], result: { said: frame["text"] } });
    const answers = await Promise.all(both.map((page, at) => page.connection.call({ type: "chat.echo", text: at } as never)));
    expect(answers).toEqual([{ said: 0 }, { said: 1 }]);
    const refs = only().sent.map((frame) => frame["ref"]);
    expect(new Set(refs).size).toBe(refs.length);
  });

  test("what the others miss while a page enters their room is fetched at once", async () => {
    const first = await arrive("a");
    first.enter(ROOM);
    const second = await arrive("b");
    hall.held = [];
    second.enter(ROOM);
    await rest();
    hall.say(ROOM);
    hall.say(ROOM);
    await rest();
    expect(first.seen.get(ROOM)).toEqual([0]); // the control: the server has taken the seat away
    hall.release();
    await rest();
    expect(first.seen.get(ROOM)).toEqual([0, 1, 2]);
    expect(second.seen.get(ROOM)).toEqual([2]);
    hall.say(ROOM);
    await rest();
    expect([first, second].map((page) => page.seen.get(ROOM)?.at(-1))).toEqual([3, 3]);
  });

  test("pages do not enter one room at the same time", async () => {
    const both = [await arrive("a"), await arrive("b")];
    hall.held = [];
    for (const page of both) page.enter(ROOM);
    await rest();
    expect(only().count("subscribe")).toBe(1);
    hall.release();
    await rest();
    expect(only().count("subscribe")).toBe(2);
    expect(hall.clashes).toBe(0);
  });

  test("a room is left on the server when the last page leaves it", async () => {
    const [first, second] = await two();
    first.connection.topics.leave(ROOM);
    await rest();
    hall.say(ROOM);
    await rest();
    expect(only().count("unsubscribe")).toBe(0);
    expect(second.seen.get(ROOM)).toEqual([0, 1]);
    second.connection.topics.leave(ROOM);
    await rest();
    expect(only().seats).toEqual(new Set());
  });

  test("a page that vanished is forgotten and its rooms are left", async () => {
    const first = await arrive("a");
    const second = await arrive("b");
    second.enter(ROOM);
    await rest();
    expect(only().seats).toEqual(new Set([ROOM]));
    browser.crash("b");
    await rest();
    expect(only().seats).toEqual(new Set());
    expect(browser.locks.holder(pageName(WELCOME.member, "b"))).toBeNull();
    expect(first.connection.online).toBe(true);
  });

  test("one heartbeat serves all who ask meanwhile, each with its own topics", async () => {
    const [first, second] = [await arrive("a"), await arrive("b")];
    first.enter("chat:2");
    second.enter(ROOM);
    await rest();
    only().seats.delete(ROOM); // an event gets lost on the server's side
    hall.say(ROOM);
    only().seats.add(ROOM);
    const before = only().count("heartbeat");
    hall.held = [];
    for (const page of pages) page.connection.wake();
    await rest();
    expect(only().count("heartbeat")).toBe(before + 1);
    hall.release();
    await rest();
    expect(second.seen.get(ROOM)).toEqual([0, 1]);
    const told = browser.air.spoken.map(({ note }) => JSON.stringify(note)).filter((note) => note.includes("heads"));
    expect(told).toHaveLength(1);
    expect(told[0]).not.toContain("chat:2");
  });

  test("server time reaches a page as it would over a line of its own", async () => {
    hall.aheadMs = 90_000;
    await arrive("a");
    await rest(5_000);
    const second = await arrive("b");
    expect(second.connection.clock.offsetMs).toBe(90_000);
    await rest(30_000); // the same in heartbeats
    expect(second.connection.clock.offsetMs).toBe(90_000);
  });

  test("what the server closes is closed for those who were there only", async () => {
    const [first, second] = await two();
    const third = await arrive("c");
    third.enter("chat:2");
    await rest();
    only().deliver({ type: "unsubscribed", topic: ROOM, key: "UNKNOWN_TOPIC" });
    await rest();
    expect([first, second, third].map((page) => page.lost)).toEqual([[ROOM], [ROOM], []]);
  });

  test("when a page is refused after the server took the seat away, the others come back to it by themselves", async () => {
    const first = await arrive("a");
    first.enter(ROOM);
    const second = await arrive("b");
    const busy = { type: "error", code: 1201, key: "BUSY", message: { zh: "", en: "" }, temporary: true, params: {} };
    hall.refuse = (frame) => (frame["type"] === "subscribe" ? { ...busy, ref: frame["ref"] } : null);
    second.enter(ROOM);
    await rest();
    second.connection.topics.leave(ROOM); // it does not ask again
    hall.refuse = () => null;
    hall.say(ROOM);
    await rest(1_000);
    hall.say(ROOM);
    await rest();
    expect(first.seen.get(ROOM)).toEqual([0, 1, 2]);
    expect(only().count("subscribe")).toBe(2);
  });

  test("pages that hold too many topics together get lines of their own", async () => {
    const first = await arrive("a");
    const second = await arrive("b");
    const full = { type: "error", code: 1007, key: "TOO_MANY_TOPICS", message: { zh: "", en: "" }, temporary: false, params: {} };
    hall.refuse = (frame) => (frame["type"] === "subscribe" ? { ...full, ref: frame["ref"] } : null);
    second.enter(ROOM);
    await rest();
    hall.refuse = () => null;
    await rest(1_000);
    expect(second.lost).toEqual([]);
    expect(second.seen.get(ROOM)).toEqual([0]);
    expect(hall.open()).toHaveLength(2);
    expect(first.connection.online).toBe(true);
  });
});
