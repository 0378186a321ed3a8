// @vitest-environment node
import { describe, expect, test } from "vitest";

import { arrive, browser, hall, NAME, only, pages, rest, ROOM, setStage, two } from "./line_stage.testkit";

setStage();

describe("who has the line", () => {
  test("the first page dials, the others share its line", async () => {
    const all = [await arrive("a"), await arrive("b"), await arrive("c")];
    expect(hall.lines).toHaveLength(1);
    expect(browser.locks.holder(NAME)).toBe("a");
    expect(all.map((page) => page.connection.online)).toEqual([true, true, true]);
    expect(only().count("hello")).toBe(1);
  });

  test("pages that open at the same time agree", async () => {
    pages.push(browser.page("a"), browser.page("b"));
    await rest();
    expect(hall.lines).toHaveLength(1);
    expect(pages.map((page) => page.connection.online)).toEqual([true, true]);
  });

  test("of a browser that lacks locks or channels every page has its own line", async () => {
    await arrive("a", { meeting: null });
    await arrive("b", { meeting: null });
    expect(hall.open()).toHaveLength(2);
  });

  test("where locks are forbidden every page has its own line", async () => {
    const forbidden = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
    const page = await arrive("a", { meeting: { locks: forbidden, channel: browser.air.of("a") } });
    await rest(500);
    expect(page.connection.online).toBe(true);
    expect(hall.open()).toHaveLength(1);
  });

  test("when the owner closes another page takes over; nothing is lost, nothing comes twice", async () => {
    const [first, second] = await two();
    hall.say(ROOM);
    first.close();
    hall.say(ROOM);
    await rest(300);
    hall.say(ROOM);
    await rest();
    expect(browser.locks.holder(NAME)).toBe("b");
    expect(only().page).toBe("b");
    expect(second.seen.get(ROOM)).toEqual([0, 1, 2, 3]);
    expect(only().count("resume")).toBe(1);
  });

  test("when the owner dies without a word another page takes over", async () => {
    const [, second] = await two();
    browser.crash("a");
    hall.say(ROOM);
    await rest(300);
    hall.say(ROOM);
    await rest();
    expect(only().page).toBe("b");
    expect(second.seen.get(ROOM)).toEqual([0, 1, 2]);
  });

  test("an owner that is put away and comes back follows the new one", async () => {
    const [first, second] = await two();
    first.line.sleep();
    expect(browser.air.names()).toHaveLength(1);
    await rest(1_000);
    hall.say(ROOM);
    await rest();
    expect(only().page).toBe("b");
    expect([first, second].map((page) => page.seen.get(ROOM))).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("an owner that is asleep loses the line to a page somebody looks at, and steps down when it wakes", async () => {
    const first = await arrive("a", { visible: () => false });
    const second = await arrive("b");
    for (const page of pages) page.enter(ROOM);
    await rest();
    browser.air.asleep.add("a");
    second.line.look();
    await rest(3_900);
    expect(browser.locks.holder(NAME)).toBe("a");
    await rest(400);
    expect(browser.locks.holder(NAME)).toBe("b");
    hall.say(ROOM);
    browser.air.asleep.delete("a");
    await rest(60_000);
    hall.say(ROOM);
    await rest();
    expect(only().page).toBe("b");
    expect([first, second].map((page) => page.seen.get(ROOM))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test("an owner that is awake keeps the line", async () => {
    const second = (await two())[1];
    second.line.look();
    await rest(60_000);
    expect(browser.locks.holder(NAME)).toBe("a");
    expect(second.states.map(([state]) => state)).toEqual(["connecting", "online"]);
  });

  test("pages that cannot hear each other do not take the line from each other for ever", async () => {
    const both = [await arrive("a"), await arrive("b")];
    for (const page of ["a", "b"]) browser.air.asleep.add(page);
    await rest(180_000);
    expect(hall.open()).toHaveLength(2);
    expect(both.map((page) => page.connection.online)).toEqual([true, true]);
    const dialled = hall.lines.length;
    await rest(180_000);
    expect(hall.lines).toHaveLength(dialled);
  });

  test("a page nobody looks at leaves a sleeping owner its line", async () => {
    await arrive("a");
    browser.air.asleep.add("a");
    const second = await arrive("b", { visible: () => false });
    await rest(60_000);
    expect(browser.locks.holder(NAME)).toBe("a");
    expect(second.connection.online).toBe(false);
  });
});
