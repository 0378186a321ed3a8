import { describe, expect, it } from "vitest";

import type { ChatMessage, ChatSnapshot } from "@/protocol/chat";

import { IDLE_MOST, letGo, newHolding, type RoomHolding, SHOWN_MOST, stepAside } from "./holding";
import { touches } from "./pages";

const message = (n: number): ChatMessage => ({ seq: n + 10, n }) as unknown as ChatMessage;

function holding(first: number, last: number, shown: number): RoomHolding {
  const messages = Array.from({ length: last - first + 1 }, (_, place) => message(first + place));
  const found = newHolding("room");
  found.chat = { room: { messages, more_before: first > 1 } as unknown as ChatSnapshot, threads: {} };
  found.shown = shown;
  return found;
}

const held = (of: RoomHolding): number[] => of.chat?.room.messages.map((one) => one.n) ?? [];

describe("a room that talks all day", () => {
  it("keeps its newest messages, fewer when nobody looks", () => {
    for (const [shown, most] of [[0, IDLE_MOST], [1, SHOWN_MOST]] as const) {
      const full = holding(1, most, shown);
      letGo(full);
      expect(held(full)).toHaveLength(most);
      const over = holding(1, most + 1, shown);
      letGo(over);
      expect(held(over)).toHaveLength(most / 2);
      expect(held(over).at(-1)).toBe(most + 1);
      expect(over.chat?.room.more_before).toBe(true);
    }
  });

  it("does not grow below somebody who reads further up, and nothing above or in view goes", () => {
    const found = holding(1, 60 + SHOWN_MOST, 1);
    stepAside(found, 50);
    expect(found.jumped?.messages[0]?.n).toBe(1);
    expect(found.jumped?.messages.at(-1)?.n).toBe(49 + SHOWN_MOST / 2);
    expect(found.jumped).toMatchObject({ moreBefore: false, moreAfter: true });
    expect(held(found)).toHaveLength(IDLE_MOST / 2);
    expect(touches(found.jumped?.messages ?? [], found.chat?.room.messages ?? [])).toBe(false);
  });

  it("stays as it is while few came, or while the list shows another page", () => {
    const few = holding(1, 40 + SHOWN_MOST, 1);
    stepAside(few, 50);
    expect([few.jumped, held(few).length]).toEqual([null, 40 + SHOWN_MOST]);
    const away = holding(1, 60 + SHOWN_MOST, 1);
    away.jumped = { messages: [message(9_000)], moreBefore: true, moreAfter: true };
    stepAside(away, 50);
    expect(away.jumped.messages).toHaveLength(1);
  });

  it("does not grow behind a page somebody jumped to", () => {
    const found = holding(1, IDLE_MOST + 1, 1);
    found.jumped = { messages: [message(9_000)], moreBefore: true, moreAfter: true };
    letGo(found);
    expect(held(found)).toHaveLength(IDLE_MOST / 2);
  });
});
