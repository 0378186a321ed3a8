import { describe, expect, test } from "vitest";

import type { ChatPerson } from "@/protocol/chat";

import { message } from "./chat.testkit";
import { newHolding, type RoomHolding } from "./holding";
import { keepRoom, restoreRoom } from "./keeping";

const person = (member: string): ChatPerson => ({ member, name: `name of ${member}`, titles: [], present: true }) as unknown as ChatPerson;

function room(texts: string[]): RoomHolding {
  const holding = newHolding("r");
  const messages = texts.map((text, at) => ({ ...message(at + 1), sender: at % 2 === 0 ? "a" : "b", text }));
  holding.chat = { room: { room: "r", head_n: texts.length, messages, more_before: false, pins: [] }, threads: { 1: messages } };
  holding.people = new Map(["a", "b", "c"].map((member) => [member, person(member)]));
  return holding;
}

describe("a room on the device", () => {
  test("comes back with its messages and the names that stand in them", () => {
    const kept = structuredClone(keepRoom(room(["你好", "好"])));
    const again = newHolding("r");
    restoreRoom(again, kept);
    expect(again.chat?.room.messages.map((one) => one.text)).toEqual(["你好", "好"]);
    expect(again.chat?.room.more_before).toBe(false);
    expect(again.chat?.threads).toEqual({});
    expect([...again.people.keys()]).toEqual(["a", "b"]);
    expect(again.peopleComplete).toBe(false);
  });

  test("keeps the newest sixty messages and says that there are more", () => {
    const kept = keepRoom(room(Array.from({ length: 200 }, (_, at) => `第${String(at)}条`)));
    expect(kept?.room.messages.map((one) => one.seq)).toEqual(Array.from({ length: 60 }, (_, at) => at + 141));
    expect(kept?.room.more_before).toBe(true);
  });

  test("keeps fewer long ones, but at least the newest", () => {
    const long = "长".repeat(15_000);
    expect(keepRoom(room([long, long, long]))?.room.messages).toHaveLength(2);
    expect(keepRoom(room(["长".repeat(50_000)]))?.room.messages).toHaveLength(1);
  });

  test("is nothing before its first snapshot", () => {
    expect(keepRoom(newHolding("r"))).toBeNull();
  });
});
