// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import type { ChatLogEvent } from "@/protocol/chat";
import type { MeSnapshot } from "@/protocol/me";
import type { MeetingChange, MeetingSnapshot, SheetLogEvent } from "@/protocol/meeting";

import { reduce as reduceChat, type ChatState } from "./chat/reduce";
import { reduce as reduceMe } from "./me/reduce";
import { changed, reduceSheet } from "./meeting/reduce";

/**
 * The same fixtures that prove the server's reducers: state before, plus the events of one command, equals state after.
 * Written by the server's replay test; this one fails when they are gone.
 */
const FOLDER = fileURLToPath(new URL("../../../tests/replay/fixtures/", import.meta.url));

interface Case {
  topic: string;
  viewer: string;
  before: unknown;
  events: { topic: string; type: string; seq: number }[];
  after: unknown;
}

/** Newest messages a fresh snapshot shows (server: SNAPSHOT_MESSAGES). */
const SNAPSHOT_MESSAGES = 50;

function cut(state: ChatState): ChatState {
  const messages = state.room.messages.slice(-SNAPSHOT_MESSAGES);
  return { ...state, room: { ...state.room, messages, more_before: state.room.more_before || messages.length < state.room.messages.length } };
}

type Apply = (before: unknown, events: Case["events"]) => unknown;

const REDUCERS: Record<string, Apply> = {
  chat: (before, events) => cut(events.reduce((state, event) => reduceChat(state, event as unknown as ChatLogEvent), before as ChatState)),
  meeting: (before, events) => events.reduce(reduceMeeting, before as MeetingSnapshot),
  me: (before, events) => events.reduce((state, event) => reduceMe(state, event as unknown as ChatLogEvent), before as MeSnapshot),
};

/** A snapshot of the floor holds the meeting, one of the sheet the sheet. */
function reduceMeeting(state: MeetingSnapshot, event: Case["events"][number]): MeetingSnapshot {
  if (state.meeting !== null && "change" in event) return { ...state, meeting: changed(state.meeting, event.change as MeetingChange) };
  return state.sheet === null ? state : { ...state, sheet: reduceSheet(state.sheet, event as unknown as SheetLogEvent) };
}

/** Topics this client holds no state of: it asks over HTTP when a page needs it. */
const NOT_HELD = new Set(["branch"]);

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
const all = files.flatMap((file) =>
  Object.entries(JSON.parse(readFileSync(FOLDER + file, "utf8")) as Record<string, Case[]>).flatMap(([name, list]) =>
    list.map((one, index) => ({ title: `${file.replace(".json", "")}: ${name} #${String(index)} ${kindOf(one)}`, one })),
  ),
);

const cases = all.filter(({ one }) => !NOT_HELD.has(kindOf(one)));

function kindOf(one: Case): string {
  return one.topic.split(":")[0] ?? "";
}

test("there are fixtures for chat and me", () => {
  const kinds = new Set(cases.map(({ one }) => kindOf(one)));
  expect([...kinds]).toEqual(expect.arrayContaining(["chat", "me"]));
  expect(files.length).toBeGreaterThan(5);
});

test.each(cases)("$title: before and events give after", ({ one }) => {
  const apply = REDUCERS[kindOf(one)];
  if (apply === undefined) throw new Error(`no reducer for topics of kind ${kindOf(one)}`);
  expect(apply(one.before, one.events)).toStrictEqual(one.after);
});

test.each(cases.filter(({ one }) => kindOf(one) === "chat"))("$title: applied twice they change nothing more", ({ one }) => {
  const apply = REDUCERS["chat"];
  expect(apply?.(apply(one.before, one.events), one.events)).toStrictEqual(one.after);
});
