import type { ChatMessage, ChatPerson, ChatSnapshot } from "@/protocol/chat";

import type { RoomHolding } from "./holding";

/** Counts up when `KeptRoom` changes. */
export const FORM = 2;

/** Enough to read on from where one stopped; older pages are asked for when there is a line. */
const MESSAGES_KEPT = 60;

/** UTF-16 units of all texts of a room that are kept. */
const TEXT_KEPT = 40_000;

interface KeptRoom {
  room: ChatSnapshot;
  /** Those who are named in the kept messages. */
  people: ChatPerson[];
}

/** The newest part of a room, with the names that stand in it, as plain values. Pure. */
export function keepRoom(holding: RoomHolding): KeptRoom | null {
  const room = holding.chat?.room;
  if (room === undefined) return null;
  const messages = newest(room.messages);
  const named = new Set(messages.flatMap((message) => [message.sender, ...message.mentions, ...Object.values(message.reactions).flat()]));
  return {
    room: { ...room, messages, more_before: room.more_before || messages.length < room.messages.length },
    people: [...holding.people.values()].filter((person) => named.has(person.member)),
  };
}

/** Show a room as it was kept; its people are asked for anew when there is a line. */
export function restoreRoom(holding: RoomHolding, kept: unknown): void {
  const { room, people } = kept as KeptRoom;
  holding.chat = { room, threads: {} };
  holding.people = new Map(people.map((person) => [person.member, person]));
}

function newest(messages: readonly ChatMessage[]): ChatMessage[] {
  let length = 0;
  const first = messages.findLastIndex((message, at) => {
    length += message.text.length;
    return messages.length - at > MESSAGES_KEPT || length > TEXT_KEPT;
  });
  return messages.slice(Math.min(first + 1, Math.max(0, messages.length - 1)));
}
