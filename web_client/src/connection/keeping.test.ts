// @vitest-environment node
import { beforeEach, describe, expect, test, vi } from "vitest";

import type { WireEvent } from "../protocol/wire";
import { FakeLog, log, TOPIC } from "./fake_log.testkit";
import { settle } from "./fake.testkit";
import type { KeptTopic } from "./keeping";
import { Topics, type TopicReader } from "./topics";

let server: FakeLog;

beforeEach(() => {
  server = new FakeLog();
});

describe("what the device keeps", () => {
  /** A shelf in memory, and a reader that counts what it was given. */
  class FakeShelf {
    readonly kept = new Map<string, KeptTopic>();
    writes = 0;

    take(topic: string, form: number): KeptTopic | null {
      const found = this.kept.get(topic);
      return found?.form === form ? structuredClone(found) : null;
    }

    put(changes: ReadonlyMap<string, KeptTopic | null>): void {
      this.writes += 1;
      for (const [topic, state] of changes) {
        if (state === null) this.kept.delete(topic);
        else this.kept.set(topic, structuredClone(state));
      }
    }
  }

  class Counting implements TopicReader {
    seen: number[] = [];
    snapshots = 0;
    resumes = 0;
    readonly keeping = {
      form: 1,
      marks: () => [this.seen],
      save: () => this.seen,
      restore: (state: unknown) => (this.seen = state as number[]),
    };

    snapshot(): void {
      this.snapshots += 1;
    }

    event(event: WireEvent): void {
      this.seen = [...this.seen, event.seq ?? 0];
    }

    lost(): void {
      this.seen = [];
    }

    resumed(): void {
      this.resumes += 1;
    }
  }

  let shelf: FakeShelf;
  let nowMs = 5;
  const open = (): [Topics, Counting] => [new Topics(server, shelf, () => nowMs), new Counting()];

  beforeEach(() => (shelf = new FakeShelf()));

  test("a page that opens later goes on where the device stopped, each entry once", async () => {
    server.head = 2;
    const [first, before] = open();
    first.enter(TOPIC, before);
    await settle();
    for (const seq of [3, 4]) {
      server.head = seq;
      first.event(log(seq));
    }
    first.keepNow();
    expect(shelf.kept.get(TOPIC)).toMatchObject({ epoch: "a1", seq: 4, form: 1, state: [3, 4], keptAtMs: 5 });
    first.close();
    server.head = 7;
    server.online = false;
    const [second, after] = open();
    second.enter(TOPIC, after);
    expect(after.seen).toEqual([3, 4]);
    expect(second.position(TOPIC)).toBe(4);
    server.online = true;
    second.welcomed();
    await settle();
    expect(after.seen).toEqual([3, 4, 5, 6, 7]);
    expect([after.snapshots, after.resumes]).toEqual([0, 1]);
  });

  test("what the log no longer has is replaced by a snapshot", async () => {
    shelf.kept.set(TOPIC, { epoch: "gone", seq: 9, form: 1, state: [9], keptAtMs: 0 });
    const [fresh, after] = open();
    fresh.enter(TOPIC, after);
    await settle();
    expect([after.snapshots, after.resumes]).toEqual([1, 0]);
  });

  test("another form is not read, and what is left or lost is forgotten", async () => {
    shelf.kept.set(TOPIC, { epoch: "a1", seq: 1, form: 0, state: "old", keptAtMs: 0 });
    const [fresh, after] = open();
    fresh.enter(TOPIC, after);
    await settle();
    expect(after.snapshots).toBe(1);
    fresh.keepNow();
    expect(shelf.kept.get(TOPIC)?.form).toBe(1);
    fresh.unsubscribed(TOPIC);
    expect(shelf.kept.size).toBe(0);
    fresh.enter(TOPIC, after);
    await settle();
    fresh.keepNow();
    fresh.leave(TOPIC);
    expect(shelf.kept.size).toBe(0);
  });

  test("a burst is written once, and nothing is written when nothing changed", async () => {
    vi.useFakeTimers();
    const [fresh, after] = open();
    nowMs = 100_000;
    fresh.enter(TOPIC, after);
    await settle();
    vi.advanceTimersByTime(0);
    expect(shelf.writes).toBe(1); // at once: the page may be closed any moment
    for (let seq = 1; seq <= 50; seq += 1) {
      server.head = seq;
      fresh.event(log(seq));
    }
    vi.advanceTimersByTime(999);
    expect(shelf.writes).toBe(1);
    vi.advanceTimersByTime(1);
    expect(shelf.writes).toBe(2);
    fresh.keepNow();
    expect(shelf.writes).toBe(2);
    fresh.close();
    nowMs = 5;
    vi.useRealTimers();
  });
});
