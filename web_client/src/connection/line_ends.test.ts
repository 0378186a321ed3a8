// @vitest-environment node
import { describe, expect, test } from "vitest";

import { lineName } from "./line_notes";
import { arrive, browser, hall, NAME, only, rest, ROOM, setStage, two } from "./line_stage.testkit";

setStage();

describe("when the line ends", () => {
  test("every page hears code, reason and advice", async () => {
    const both = await two();
    only().end(1012, "SERVICE_RESTART retry_after_ms=3000");
    await rest(2_900);
    expect(both.map((page) => page.states.at(-1))).toEqual([
      ["waiting", "SERVICE_RESTART"],
      ["waiting", "SERVICE_RESTART"],
    ]);
    expect(hall.lines).toHaveLength(1);
    await rest(1_000);
    expect(both.map((page) => page.connection.online)).toEqual([true, true]);
    expect(hall.lines).toHaveLength(2);
  });

  test("a session that ended ends for all pages, and nobody dials again", async () => {
    const both = await two();
    only().end(4500, "SESSION_ENDED");
    await rest(60_000);
    for (const page of both) expect(page.states.at(-1)).toEqual(["stopped", "SESSION_ENDED"]);
    expect(hall.lines).toHaveLength(1);
  });

  test("a handshake that is swallowed is given up for all", async () => {
    hall.deaf = true;
    const both = [await arrive("a"), await arrive("b")];
    await rest(9_000);
    hall.deaf = false;
    await rest(2_000);
    expect(both.map((page) => page.connection.online)).toEqual([true, true]);
    expect(hall.open()).toHaveLength(1);
  });

  test("a line that gives no sign of life is replaced, also when only a page without it notices", async () => {
    const both = await two();
    hall.held = [];
    both[1].connection.wake();
    await rest(8_100);
    hall.held = null;
    await rest(1_000);
    expect(hall.lines).toHaveLength(2);
    expect(only().page).toBe("a");
    expect(both.map((page) => page.connection.online)).toEqual([true, true]);
  });

  test("signing out closes the line and leaves nothing to hear", async () => {
    const page = await arrive("a");
    page.close();
    await rest(60_000);
    expect(hall.open()).toEqual([]);
    expect(browser.air.names()).toEqual([]);
    expect(browser.locks.holder(NAME)).toBeNull();
  });

  test("another member in the same browser has a line and a channel of their own", async () => {
    const first = await arrive("a");
    first.enter(ROOM);
    await rest();
    const other = "00000000-0000-7000-8000-000000000009";
    hall.member = other;
    const second = await arrive("b", { member: other });
    second.enter("chat:2");
    await rest();
    hall.say(ROOM);
    hall.say("chat:2");
    await rest();
    expect(hall.open().map((line) => line.page)).toEqual(["a", "b"]);
    const [mine, theirs] = [NAME, lineName(other)].map((name) => JSON.stringify(browser.air.spoken.filter((said) => said.name === name)));
    expect(mine).not.toContain("chat:2");
    expect(theirs).not.toContain(ROOM);
    expect(second.seen.get("chat:2")).toEqual([0, 1]);
  });

  test("a page that still belongs to the member before does not use the line of the next one", async () => {
    const both = await two();
    hall.member = "00000000-0000-7000-8000-000000000009";
    only().end(1006, "");
    await rest(1_000);
    for (const page of both) expect(page.states.at(-1)).toEqual(["stopped", "NOT_AUTHENTICATED"]);
    expect(hall.open()).toEqual([]);
  });
});

describe("limits", () => {
  test("notes of no known shape change nothing", async () => {
    const both = await two();
    const owner = "a";
    const port = "b/1";
    for (const note of [
      null,
      "closed",
      [],
      { kind: "constructor" },
      { kind: "closed", owner, ports: "b/1", code: 4500, reason: "", apart: false },
      { kind: "closed", owner, ports: [port], code: -1, reason: "", apart: false },
      { kind: "closed", owner: "z", ports: [port], code: 4500, reason: "", apart: false },
      { kind: "frame", owner, ports: [port, 7], text: "{}" },
      { kind: "frame", owner, ports: [port], text: 5 },
      { kind: "send", owner, port, text: "{" },
      { kind: "send", owner, port, text: '{"type":"chat.send","ref":0}' },
      { kind: "send", owner, port, text: "[]" },
      { kind: "ack", owner, port, count: 1.5 },
      { kind: "bye", owner, port: "", doubted: false },
    ]) {
      browser.air.say(NAME, note);
    }
    await rest();
    hall.say(ROOM);
    await rest();
    for (const page of both) expect(page.seen.get(ROOM)).toEqual([0, 1]);
    expect(only().sent.every((frame) => Number(frame["ref"]) >= 1)).toBe(true);
    browser.air.say(NAME, { kind: "closed", owner, ports: [port], code: 4500, reason: "SESSION_ENDED", apart: false });
    await rest();
    expect(both[1].states.at(-1)).toEqual(["stopped", "SESSION_ENDED"]); // the control: a note of the right shape counts
  });

  test("a page that does not take its frames is sent away, and misses nothing when it is back", async () => {
    const [first, second] = await two();
    browser.air.asleep.add("b");
    for (let count = 0; count < 600; count += 1) hall.say(ROOM);
    await rest();
    const away = { kind: "closed", ports: ["b/1"], code: 4400 };
    expect(browser.air.spoken.map((said) => said.note)).toContainEqual(expect.objectContaining(away));
    browser.air.asleep.delete("b");
    await rest(60_000);
    expect(first.seen.get(ROOM)?.length).toBe(601);
    expect(second.seen.get(ROOM)).toEqual(first.seen.get(ROOM));
  });

  test("a page that keeps up may get any number of frames", async () => {
    const [, second] = await two();
    for (let count = 0; count < 2_000; count += 1) {
      hall.say(ROOM);
      await Promise.resolve();
      await Promise.resolve();
    }
    await rest();
    expect(second.seen.get(ROOM)?.length).toBe(2_001);
    expect(second.states.filter(([state]) => state === "waiting")).toEqual([]);
  });

  test("a command longer than the server takes ends nobody's line but the sender's", async () => {
    const both = await two();
    await both[1].connection.call({ type: "chat.send", text: "x".repeat(70_000) } as never).catch(() => undefined);
    await rest();
    expect(both[1].states.at(-1)).toEqual(["stopped", "MESSAGE_TOO_BIG"]);
    expect(both[0].connection.online).toBe(true);
  });
});
