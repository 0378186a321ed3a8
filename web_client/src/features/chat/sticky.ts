import { nextTick, ref, watch, type ComputedRef, type Ref } from "vue";
import type { VListHandle } from "virtua/vue";

import type { Row } from "./timeline";

/** Within this distance of the end the list counts as being at its end and follows what comes. */
const AT_END_PX = 80;

/** Rows are measured by being drawn; after this time those in view have been. */
const SETTLE_MS = 250;

/** Air above and below the rows (`py-2` of the list), which the list does not count when it goes to its last row; more is clipped. */
const AIR_PX = 16;

/** So much of a row must show to count as seen. */
const IN_VIEW_PX = 24;

/** Within this distance of a loaded edge the next page is asked for. */
const NEAR_EDGE_PX = 600;

export interface StickyList {
  shift: Ref<boolean>;
  onScroll: (offset: number) => void;
  onResize: () => void;
  toEnd: () => void;
  /** Let `drop` take rows away at the start; what is in view stays where it is. */
  dropOlder: (drop: () => void) => Promise<void>;
}

export interface StickyParts {
  list: Ref<VListHandle | null>;
  rows: ComputedRef<Row[]>;
  /** Kept here: the newest row is in view, and the list follows it. */
  atEnd: Ref<boolean>;
  /** Kept here: index of the lowest row that is in view; -1 before the list stands where it begins. */
  lowest: Ref<number>;
  /** Load the page before or after what is shown; resolves when it is in `rows`. */
  nearStart: () => Promise<void> | null;
  nearEnd: () => Promise<void> | null;
  /** Key of the row to begin at, null for the end. */
  beginAt: () => string | null;
}

/** Scrolling of a list of messages: begins where reading stopped, follows the end, keeps its place when older ones come in. */
export function useStickyList(parts: StickyParts): StickyList {
  const { atEnd, lowest } = parts;
  const shift = ref(false);
  let begun = false;
  let settleAtStart: (() => void) | null = null;
  let paging = false;

  function toEnd(): void {
    const last = parts.rows.value.length - 1;
    if (last >= 0) parts.list.value?.scrollToIndex(last, { align: "end", offset: AIR_PX });
  }

  /** Distance from the end of the list, px. */
  function measure(): number {
    const list = parts.list.value;
    if (list === null) return 0;
    const below = list.scrollSize - list.scrollOffset - list.viewportSize;
    atEnd.value = below < AT_END_PX;
    if (begun) lowest.value = atEnd.value ? parts.rows.value.length - 1 : list.findItemIndex(list.scrollOffset + list.viewportSize - IN_VIEW_PX);
    return below;
  }

  /** Go to where the list begins; again whenever a row turns out higher than guessed, until all in view are drawn. */
  function begin(): void {
    settleAtStart = () => {
      const key = parts.beginAt();
      const at = key === null ? -1 : parts.rows.value.findIndex((row) => row.key === key);
      atEnd.value = at < 0;
      if (at >= 0) parts.list.value?.scrollToIndex(at, { align: "start" });
      else toEnd();
    };
    settleAtStart();
    setTimeout(() => {
      settleAtStart = null;
      begun = true;
      onScroll(parts.list.value?.scrollOffset ?? 0);
    }, SETTLE_MS);
  }

  async function page(load: Promise<void> | null, older: boolean): Promise<void> {
    if (load === null) return;
    paging = true;
    shift.value = older;
    try {
      await load;
    } catch {
      // Shown by the connection bar; scrolling on asks again.
    }
    await nextTick();
    shift.value = false;
    paging = false;
  }

  function onScroll(offset: number): void {
    if (!begun) return;
    const below = measure();
    if (paging) return;
    if (offset < NEAR_EDGE_PX) void page(parts.nearStart(), true);
    else if (below < NEAR_EDGE_PX) void page(parts.nearEnd(), false);
  }

  watch(
    [parts.rows, parts.list],
    async ([rows, list], [before]) => {
      if (list === null || rows.length === 0) return;
      await nextTick();
      if (!begun) {
        if (settleAtStart === null) begin();
        else settleAtStart();
        return;
      }
      const [last, lastBefore] = [rows.at(-1), before?.at(-1)];
      // What was missed comes in before own messages that still wait: then the last row stays and the list grows all the same.
      const grew = last?.key !== lastBefore?.key || rows.length !== before?.length;
      if (grew && (atEnd.value || (last?.kind === "outgoing" && last.key !== lastBefore?.key))) toEnd();
      measure();
    },
    { immediate: true, flush: "post" },
  );

  return {
    shift,
    onScroll,
    onResize: () => {
      settleAtStart?.();
      if (!begun) return;
      if (atEnd.value) toEnd();
      measure();
    },
    toEnd,
    dropOlder: (drop) => page(Promise.resolve().then(drop), true),
  };
}
