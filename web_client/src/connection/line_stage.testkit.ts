import { afterEach, beforeEach, vi } from "vitest";

import { WELCOME } from "./fake.testkit";
import { FakeBrowser, FakeHall, type FakePage } from "./line.testkit";
import { lineName } from "./line_notes";

export const ROOM = "chat:1";
export const NAME = lineName(WELCOME.member);

export let hall: FakeHall;
export let browser: FakeBrowser;
export let pages: FakePage[];

/** A fresh server and browser for every test of a file. */
export function setStage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(1_800_000_000_000);
    hall = new FakeHall();
    browser = new FakeBrowser(hall);
    pages = [];
  });

  afterEach(() => {
    for (const page of pages) page.close();
    vi.useRealTimers();
  });
}

export const rest = (ms = 1): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

export async function arrive(page: string, changes: Parameters<FakeBrowser["page"]>[1] = {}): Promise<FakePage> {
  const opened = browser.page(page, changes);
  pages.push(opened);
  await rest();
  return opened;
}

/** Two pages in the room, the first of them with the line. */
export async function two(): Promise<[FakePage, FakePage]> {
  const both: [FakePage, FakePage] = [await arrive("a"), await arrive("b")];
  for (const page of both) page.enter(ROOM);
  await rest();
  return both;
}

export function only(): FakeHall["lines"][number] {
  const [line, ...more] = hall.open();
  if (line === undefined || more.length > 0) throw new Error("there is not exactly one line");
  return line;
}
