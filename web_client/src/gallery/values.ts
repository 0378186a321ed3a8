import { useI18n } from "vue-i18n";

import { problemFrom, type Problem } from "@/connection/problem";
import type { OutgoingMessage } from "@/features/chat/outgoing";
import type { ChatAttachment, ChatMessage, ChatPerson } from "@/protocol/chat";
import type { MeRoom } from "@/protocol/me";

import en from "./locales/en.json";
import zh from "./locales/zh-CN.json";

/** Fixed values of the gallery: the people of fixture B42 on one evening. Texts stand in locales/, as sample words of either language. */
export type Texts = typeof zh;

/** Wednesday, 21 October 2026, 19:42 in the organisation's zone. */
export const NOW_MS = Date.UTC(2026, 9, 21, 11, 42);
export const ZONE = "Asia/Shanghai";
export const ME = "song";
export const ROOM = "branch";
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

export const textsOf = (locale: string): Texts => (locale === "en" ? en : zh);

export function useTexts(): Texts {
  return textsOf(useI18n().locale.value);
}

/** A refusal as the server writes it, in both languages. */
export function refusalOf(word: "reason" | "refused" | "broken"): Problem {
  return problemFrom({ code: 2000, key: word.toUpperCase(), message: { zh: zh[word], en: en[word] } });
}

export function message(seq: number, more: Partial<ChatMessage> = {}): ChatMessage {
  return {
    seq,
    at_ms: NOW_MS - (60 - seq) * MINUTE_MS,
    sender: "lin",
    n: seq,
    thread: null,
    text: "",
    reply_to: null,
    mentions: [],
    everyone: false,
    attachments: [],
    edited_at_ms: null,
    gone: null,
    reactions: {},
    pinned: false,
    thread_summary: null,
    ...more,
  };
}

/** Stands in public/ as its own thumbnail and, by its id, in full. */
export function picture(texts: Texts, scene: "garden" | "hall"): ChatAttachment {
  const [width, height] = scene === "garden" ? [440, 300] : [300, 440];
  return { id: `${scene}/thumbnail`, name: texts.picture, kind: "image", mime: "image/png", size_bytes: 48_200, width, height, thumbnail: true };
}

/** As the messages name it: its thumbnail lies below its id. */
export const thumbnailed = (one: ChatAttachment): ChatAttachment => ({ ...one, id: one.id.replace("/thumbnail", "") });

export function file(name: string, size_bytes: number): ChatAttachment {
  return { id: "file", name, kind: "file", mime: "application/pdf", size_bytes, width: null, height: null, thumbnail: false };
}

export function peopleOf(texts: Texts): Map<string, ChatPerson> {
  const titles = { lin: { zh: zh.titles.secretary, en: en.titles.secretary }, cao: { zh: zh.titles.group, en: en.titles.group } };
  const people = Object.entries(texts.names).map(([member, name], index): ChatPerson => {
    const title = member === "lin" || member === "cao" ? [titles[member]] : [];
    return { member, name, number: `QH${String(index + 1).padStart(3, "0")}`, titles: title, groups: [], present: true };
  });
  return new Map(people.map((person) => [person.member, person]));
}

/** The talk of the evening; 2 has a thread, 4 quotes 1, 5 is gone. */
export function talkOf({ say, file: name }: Texts): ChatMessage[] {
  return [
    message(1, { text: say.first, pinned: true, reactions: { "👍": ["cao", "song"] } }),
    message(2, { text: say.long, thread_summary: { count: 2, last_seq: 12, last_at_ms: NOW_MS - MINUTE_MS } }),
    message(3, { sender: "cao", text: say.ask, mentions: ["song"] }),
    message(4, { sender: ME, text: say.own, reply_to: 1 }),
    message(5, { sender: "tian", gone: { how: "recalled", by: "tian", reason: null } }),
    message(6, { sender: "tian", text: say.short, attachments: [file(name, 348_160)] }),
  ];
}

export function outgoing(cid: string, more: Partial<OutgoingMessage> & { text: string }): OutgoingMessage {
  const { text, ...rest } = more;
  return {
    cid,
    lane: ROOM,
    command: { type: "chat.send", text, attachments: [] },
    shown: {},
    createdAtMs: NOW_MS,
    state: "waiting",
    problem: null,
    seq: null,
    atMs: null,
    ...rest,
  };
}

export function room(id: string, title: string, more: Partial<MeRoom> = {}): MeRoom {
  return { room: id, kind: "group", title, unit: null, other: null, head: 0, head_n: 6, read_n: 6, last: null, mentions: [], threads: [], ...more };
}

/** What was said last in a room, some days ago. */
export function last(excerpt: string, more: Partial<NonNullable<MeRoom["last"]>> = {}, daysAgo = 0): NonNullable<MeRoom["last"]> {
  return { message: 6, at_ms: NOW_MS - 5 * MINUTE_MS - daysAgo * DAY_MS, sender: "cao", excerpt, attachments_count: 0, gone: null, ...more };
}
