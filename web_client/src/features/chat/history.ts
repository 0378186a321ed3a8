import { Problem } from "@/connection/problem";
import { useLive } from "@/live/live";
import type { ChatMessage, ChatPage, ChatPeopleResult } from "@/protocol/chat";

import { findMessage, setAside, type RoomHolding } from "./holding";
import { caughtUp, firstSince, touches, united } from "./pages";

const PAGE = 50;
const PEOPLE_PAGE = 500;

/** Messages whose names one question may ask for (server: PAGE_MAX). */
const MESSAGES_AT_ONCE = 100;

/** Where a page is wanted; the names of `chat.history`. */
type Where = { thread?: number; before_n?: number; after_n?: number; around?: number; at_ms?: number; limit?: number };

/** Paging of rooms and threads, single messages and people: asks the server and puts the answer into the holding. */
export function useHistory() {
  const live = useLive();
  const asked = new Map<string, Promise<void>>();

  /** The same question is under way only once. */
  function once(key: string, ask: () => Promise<void>): Promise<void> {
    const under_way = asked.get(key) ?? ask().finally(() => asked.delete(key));
    asked.set(key, under_way);
    return under_way;
  }

  async function fetchPage(holding: RoomHolding, where: Where): Promise<ChatPage> {
    const late: Parameters<typeof caughtUp>[1][number][] = [];
    holding.late.add(late);
    try {
      return caughtUp(await live.call({ type: "chat.history", room: holding.id, limit: PAGE, ...where }), late);
    } finally {
      holding.late.delete(late);
    }
  }

  /** One page older than what is shown. */
  function older(holding: RoomHolding): Promise<void> {
    return once(`older ${holding.id}`, async () => {
      const shown = holding.jumped;
      const first = (shown?.messages ?? holding.chat?.room.messages)?.[0];
      if (first === undefined) return;
      const page = await fetchPage(holding, { before_n: first.n });
      if (shown !== null) {
        if (holding.jumped !== null) holding.jumped = { ...holding.jumped, messages: united(page.messages, holding.jumped.messages), moreBefore: page.more_before };
      } else if (holding.chat !== null) {
        const { room } = holding.chat;
        holding.chat = { ...holding.chat, room: { ...room, messages: united(page.messages, room.messages), more_before: page.more_before } };
      }
    });
  }

  /** One page newer than a page jumped to; joined to the newest messages when it reaches them. */
  function newer(holding: RoomHolding): Promise<void> {
    return once(`newer ${holding.id}`, async () => {
      const last = holding.jumped?.messages.at(-1);
      if (last === undefined) return;
      const page = await fetchPage(holding, { after_n: last.n });
      if (holding.jumped === null) return;
      holding.jumped = { ...holding.jumped, messages: united(holding.jumped.messages, page.messages), moreAfter: page.more_after };
      join(holding);
    });
  }

  /** Make sure the room's list shows this message (or, in a thread, its root). */
  async function jump(holding: RoomHolding, seq: number): Promise<boolean> {
    if (holding.chat?.room.messages.some((message) => message.seq === seq) === true) {
      holding.jumped = null;
      return true;
    }
    if (holding.jumped?.messages.some((message) => message.seq === seq) === true) return true;
    const page = await fetchPage(holding, { around: seq });
    if (page.thread !== null || page.messages.length === 0) return false;
    land(holding, page);
    return page.messages.some((message) => message.seq === seq);
  }

  /** Make sure the room's list shows the first message at or after a moment, or the newest one; null in an empty room. */
  async function toMoment(holding: RoomHolding, atMs: number): Promise<ChatMessage | null> {
    const { chat, jumped } = holding;
    const shown = jumped === null ? undefined : firstSince(jumped.messages, jumped.moreBefore, atMs);
    if (shown !== undefined) return shown;
    const newest = chat === null ? undefined : firstSince(chat.room.messages, chat.room.more_before, atMs);
    if (newest !== undefined) {
      holding.jumped = null;
      return newest;
    }
    const page = await fetchPage(holding, { at_ms: atMs });
    if (page.messages.length > 0) land(holding, page);
    return page.messages.find((message) => message.at_ms >= atMs) ?? page.messages.at(-1) ?? null;
  }

  function toNewest(holding: RoomHolding): void {
    holding.jumped = null;
  }

  /** Load the newest replies of a thread and keep it up to date from then on. */
  function openThread(holding: RoomHolding, root: number): Promise<void> {
    return once(`thread ${holding.id} ${String(root)}`, async () => {
      const page = await fetchPage(holding, { thread: root });
      if (holding.chat === null) return;
      holding.chat = { ...holding.chat, threads: { ...holding.chat.threads, [root]: page.messages } };
      setAside(holding, root, page.root);
      if (!page.more_before) holding.threadsComplete = new Set([...holding.threadsComplete, root]);
    });
  }

  function olderReplies(holding: RoomHolding, root: number): Promise<void> {
    return once(`older ${holding.id} ${String(root)}`, async () => {
      const first = holding.chat?.threads[root]?.[0];
      if (first === undefined) return;
      const page = await fetchPage(holding, { thread: root, before_n: first.n });
      const replies = holding.chat?.threads[root];
      if (holding.chat === null || replies === undefined) return;
      holding.chat = { ...holding.chat, threads: { ...holding.chat.threads, [root]: united(page.messages, replies) } };
      if (!page.more_before) holding.threadsComplete = new Set([...holding.threadsComplete, root]);
    });
  }

  /** One message that is quoted or pinned but lies outside what is loaded. */
  function fetchOne(holding: RoomHolding, seq: number): Promise<void> {
    if (findMessage(holding, seq) !== undefined) return Promise.resolve();
    return once(`one ${holding.id} ${String(seq)}`, async () => {
      try {
        const page = await fetchPage(holding, { around: seq, limit: 1 });
        setAside(holding, seq, page.messages.find((message) => message.seq === seq) ?? null);
      } catch (problem) {
        if (problem instanceof Problem && !problem.temporary) setAside(holding, seq, null);
      }
    });
  }

  /** Everybody in the room, page by page. */
  function fetchPeople(holding: RoomHolding): Promise<void> {
    return once(`people ${holding.id}`, async () => {
      let after: string | undefined;
      for (;;) {
        const answer = await askPeople(holding, { limit: PEOPLE_PAGE, ...(after === undefined ? {} : { after }) });
        holding.groups = answer.groups;
        after = answer.people.at(-1)?.member;
        if (!answer.more || after === undefined) break;
      }
      holding.peopleComplete = true;
    });
  }

  /** Names of people who are not listed (any more) but whom these messages name. */
  function fetchNames(holding: RoomHolding, messages: readonly number[]): Promise<void> {
    const asked_of = messages.slice(-MESSAGES_AT_ONCE);
    if (asked_of.length === 0) return Promise.resolve();
    return once(`names ${holding.id} ${asked_of.join()}`, async () => {
      await askPeople(holding, { of_messages: [...asked_of], limit: 1 });
    });
  }

  async function askPeople(holding: RoomHolding, more: { limit: number; after?: string; of_messages?: number[] }): Promise<ChatPeopleResult> {
    const answer = await live.call({ type: "chat.people", room: holding.id, ...more });
    holding.people = new Map([...holding.people, ...answer.people.map((person) => [person.member, person] as const)]);
    return answer;
  }

  return { older, newer, jump, toMoment, toNewest, openThread, olderReplies, fetchOne, fetchPeople, fetchNames };
}

/** Show a page somewhere in the room instead of what is shown. */
function land(holding: RoomHolding, page: ChatPage): void {
  holding.jumped = { messages: page.messages, moreBefore: page.more_before, moreAfter: page.more_after };
  join(holding);
}

/** When a page jumped to reaches the newest messages, both become one list. */
function join(holding: RoomHolding): void {
  const { chat, jumped } = holding;
  if (chat === null || jumped === null || (jumped.moreAfter && !touches(jumped.messages, chat.room.messages))) return;
  holding.chat = { ...chat, room: { ...chat.room, messages: united(jumped.messages, chat.room.messages), more_before: jumped.moreBefore } };
  holding.jumped = null;
}
