// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { computed, effectScope, ref, type EffectScope, type Ref } from "vue";
import type { VListHandle } from "virtua/vue";

import { message, outgoing } from "./chat.testkit";
import { useStickyList, type StickyList } from "./sticky";
import { timeline, type Row } from "./timeline";

const ROW_PX = 50;
const VIEW_PX = 400;

/** A list whose rows are all 50 px high. */
class FakeList {
  scrollOffset = 0;
  readonly viewportSize = VIEW_PX;
  readonly moves: string[] = [];
  constructor(private readonly count: () => number) {}
  get scrollSize(): number {
    return Math.max(VIEW_PX, this.count() * ROW_PX);
  }
  scrollToIndex(index: number, { align }: { align: string }): void {
    this.moves.push(`${align} ${String(index)}`);
    const top = align === "end" ? (index + 1) * ROW_PX - VIEW_PX : index * ROW_PX;
    this.scrollOffset = Math.max(0, Math.min(top, this.scrollSize - VIEW_PX));
  }
  findItemIndex(offset: number): number {
    return Math.floor(offset / ROW_PX);
  }
}

let scope: EffectScope;
let list: FakeList;
let sticky: StickyList;
let atEnd: Ref<boolean>;
let lowest: Ref<number>;
let older: number;
const count = ref(100);
const readUpTo = ref<number | null>(null);
const waiting = ref(0);

beforeEach(() => {
  vi.useFakeTimers();
  [count.value, readUpTo.value, waiting.value, older] = [100, null, 0, 0];
  scope = effectScope();
  scope.run(() => {
    const rows = computed<Row[]>(() =>
      timeline({
        messages: Array.from({ length: count.value }, (_, index) => message(index + 1)),
        outgoing: Array.from({ length: waiting.value }, (_, index) => outgoing(`c${String(index)}`)),
        me: "me",
        readUpTo: readUpTo.value,
        complete: false,
      }),
    );
    list = new FakeList(() => rows.value.length);
    [atEnd, lowest] = [ref(true), ref(-1)];
    sticky = useStickyList({
      list: ref(list as unknown as VListHandle) as Ref<VListHandle | null>,
      rows,
      atEnd,
      lowest,
      nearStart: () => {
        older += 1;
        return Promise.resolve();
      },
      nearEnd: () => null,
      beginAt: () => (rows.value.some((row) => row.kind === "new") ? "new" : null),
    });
  });
});

afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(300);
const scrollTo = (offset: number): void => {
  list.scrollOffset = offset;
  sticky.onScroll(offset);
};

test("begins at the end and counts the newest as seen", async () => {
  await settle();
  expect(atEnd.value).toBe(true);
  expect(lowest.value).toBe(100);
});

test("begins where reading stopped; what is below is not seen yet", async () => {
  readUpTo.value = 20;
  await settle();
  expect(list.moves.at(-1)).toMatch(/^start /);
  expect(atEnd.value).toBe(false);
  expect(lowest.value).toBeLessThan(40);
});

test("nothing counts as seen before the list stands", async () => {
  await vi.advanceTimersByTimeAsync(100);
  expect(lowest.value).toBe(-1);
  sticky.onScroll(0);
  expect(older).toBe(0);
});

test("at the end it follows what comes; away from it, it stays", async () => {
  await settle();
  count.value = 101;
  await vi.advanceTimersByTimeAsync(1);
  expect(list.moves.at(-1)).toBe("end 101");
  scrollTo(1_000);
  expect(atEnd.value).toBe(false);
  const moves = list.moves.length;
  count.value = 102;
  await vi.advanceTimersByTimeAsync(1);
  expect(list.moves).toHaveLength(moves);
  expect(lowest.value).toBeLessThan(30);
});

test("one's own message brings the end into view from wherever one is", async () => {
  await settle();
  scrollTo(1_000);
  waiting.value = 1;
  await vi.advanceTimersByTimeAsync(1);
  expect(list.moves.at(-1)).toMatch(/^end /);
  expect(atEnd.value).toBe(true);
});

test("near the beginning the page before is asked for, one at a time", async () => {
  await settle();
  scrollTo(300);
  scrollTo(200);
  expect(older).toBe(1);
  expect(sticky.shift.value).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(sticky.shift.value).toBe(false);
  scrollTo(100);
  expect(older).toBe(2);
});
