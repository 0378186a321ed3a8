import { shallowReactive } from "vue";

import type { MeetingHolding } from "@/features/meeting/store";
import type { Meeting, MeetingCounts, MeetingLine, MeetingMotion, MeetingRow, MeetingRule, MeetingSelf, PaperLineShown } from "@/protocol/meeting";

import en from "./locales/en.json";
import zh from "./locales/zh-CN.json";
import { ME, NOW_MS, ROOM, type Texts } from "./values";

/** A meeting of the gallery's evening, in session since twenty minutes. */
const MINUTE_MS = 60_000;
const OPENED_MS = NOW_MS - 20 * MINUTE_MS;
const DAY_MS = 1_440 * MINUTE_MS;

const both = (word: "rule" | "kind" | "sentence" | "sentence_failed"): { zh: string; en: string } => ({ zh: zh.meeting[word], en: en.meeting[word] });

const RULE: MeetingRule = {
  key: "general", title: both("rule"), quorum: { base: "entitled", num: 1, den: 2, op: ">=" }, decision: { base: "entitled", num: 1, den: 2, op: ">" },
  forms: ["hand", "named", "paper"], written_opinion: false, one_per_person: false,
};

export const COUNTS: MeetingCounts = {
  at: 60, expected: 42, entitled: 42, on_time: 18, late: 3, present: 21, present_entitled: 21, attended: 21, leave: 1, official: 1, absent: 0, disputed: 1,
  left_early: 0, excluded: 0, observers: 2, answered: 0, answered_here: 0, voted: 7,
};

export function row(more: Partial<MeetingRow> = {}): MeetingRow {
  return {
    member: ME, group: null, votes: true, status: "expected", order: 1, method: null, at_ms: null, late_ms: 0, left_at_ms: null, disputed: false, remote: false,
    made_up: false, note: "", ...more,
  };
}

export function motion(texts: Texts, more: Partial<MeetingMotion> = {}): MeetingMotion {
  return {
    id: "motion", order: 1, item: null, title: texts.meeting.motion, text: "", person: "", mover: null, seconder: null, rule: "general", form: "named", state: "proposed",
    opened_at_ms: null, closed_at_ms: null, frozen: null, written: 0, tallies: [], result: null, reason: "", ...more,
  };
}

/** A motion in each of its states. */
export function motionsOf(texts: Texts): MeetingMotion[] {
  const frozen = { roll_version: 7, expected: 42, entitled: 42, present: 21, present_entitled: 21, quorum_needed: 21, at_ms: NOW_MS };
  const counted = { yes: 22, no: 3, abstain: 1, invalid: 0, written_yes: 0, written_no: 0, written_abstain: 0, base: 42, needed: 22, passed: true, sentence: both("sentence") };
  return [
    motion(texts, { id: "open", state: "open", opened_at_ms: NOW_MS, frozen }),
    motion(texts, { id: "paper", order: 2, form: "paper", state: "open", opened_at_ms: NOW_MS, frozen }),
    motion(texts, { id: "proposed", order: 3 }),
    motion(texts, { id: "passed", order: 4, state: "passed", frozen, result: counted }),
    motion(texts, { id: "failed", order: 5, state: "failed", frozen, result: { ...counted, yes: 21, no: 4, passed: false, sentence: both("sentence_failed") } }),
    motion(texts, { id: "deferred", order: 6, state: "deferred", reason: texts.meeting.reason }),
  ];
}

export function meetingOf(texts: Texts, more: Partial<Meeting> = {}): Meeting {
  const item = (order: number, title: string, on = false): Meeting["items"][number] => ({
    id: `item-${String(order)}`, order, title, note: "", kind: "report", rule: null, planned_ms: 0, started_at_ms: on ? NOW_MS - 3 * MINUTE_MS : null, spent_ms: order === 1 ? 7 * MINUTE_MS : 0, done: order === 1,
  });
  return {
    id: "meeting", unit: ROOM, stage: "in_session", title: texts.meeting.title, place: texts.meeting.place, link: "", note: "", starts_at_ms: OPENED_MS,
    ends_at_ms: OPENED_MS + 90 * MINUTE_MS,
    rules: {
      template: "party_branch_zh", version: 1, kind: "general", title: both("kind"), body: "all", rules: [RULE],
      check_in: { modes: ["code", "qr", "organizer", "rollcall", "paper"], window_ms: 15 * MINUTE_MS, late_ms: 30 * MINUTE_MS, step_ms: 30_000, margin_ms: 5_000, rounds_max: 3 },
      lead: { min: 1, unit: "day", mode: "warn" }, leave: { categories: ["sick", "personal", "official", "other"], late_hours: 24 }, remote: false, chair_speaks_last: false, note: both("rule"),
    },
    officers: { chair: "lin", recorder: "tian", organizer: ME, scrutineers: [], tellers: [] }, guests: [], guest_names: [], baton: { owner: ME, version: 1 }, made_by: ME,
    announced_at_ms: OPENED_MS - 3 * DAY_MS, opened_at_ms: OPENED_MS, paused_at_ms: null, closed_at_ms: null, reason: "",
    roll: { version: 7, expected: 42, entitled: 42, excluded: 0, observers: 2, frozen_at_ms: OPENED_MS }, current_item: "item-2", roll_call: null, speaking: null, minutes: null, spoken: {},
    items: [item(1, texts.meeting.item_1), item(2, texts.meeting.item_2, true), item(3, texts.meeting.item_3)],
    rounds: [{ id: "round", order: 1, opens_at_ms: OPENED_MS, late_from_ms: OPENED_MS + 15 * MINUTE_MS, closes_at_ms: OPENED_MS + 45 * MINUTE_MS, extended_ms: 0, outage_ms: 0, reason: "" }],
    hands: [
      { id: "hand-1", member: "cao", group: null, kind: "order", order: 1, raised_at_ms: NOW_MS },
      { id: "hand-2", member: "tian", group: null, kind: "speech", order: 2, raised_at_ms: NOW_MS },
    ],
    motions: motionsOf(texts),
    tasks: [{ id: "task", order: 1, title: texts.meeting.task, owner: ME, due_on: "2026-11-20", motion: null, done: false }],
    quorum: [], ...more,
  };
}

export function selfOf(more: Partial<MeetingSelf> = {}): MeetingSelf {
  return { row: row(), leave: null, voted: [], answered: null, spot: null, desk: false, runs: false, records: false, acknowledged: false, ...more };
}

/** What a page holds of a meeting, without a server behind it. */
export function holdingOf(texts: Texts, you: MeetingSelf, meeting = meetingOf(texts)): MeetingHolding {
  const rows = [
    row({ status: "on_time", method: "code", at_ms: OPENED_MS + MINUTE_MS }),
    row({ member: "cao", order: 2, status: "late", method: "organizer", at_ms: OPENED_MS + 17 * MINUTE_MS, late_ms: 2 * MINUTE_MS }),
    row({ member: "lin", order: 3, status: "on_time", method: "qr", at_ms: OPENED_MS + 2 * MINUTE_MS, disputed: true }),
    row({ member: "tian", order: 4, status: "official" }),
  ];
  return shallowReactive({
    id: meeting.id, meeting, you, counts: COUNTS, last: null, names: new Map(Object.entries(texts.names)), lost: false, problem: null, users: 1,
    sheet: {
      meeting: meeting.id, rows, leaves: [{ member: "tian", category: "official", state: "asked", asked_at_ms: OPENED_MS, decided_by: null, reason: "", has_note: true }], spots: [],
      answers: [], roll_call: null, voted: [], motion: null, opening: null, counts: COUNTS,
    },
  });
}

export function linesOf(texts: Texts): MeetingLine[] {
  const line = (id: string, days: number, more: Partial<MeetingLine> = {}): MeetingLine => ({
    id, unit: ROOM, stage: "announced", title: texts.meeting.title, kind: both("kind"), place: texts.meeting.place, starts_at_ms: OPENED_MS + days * DAY_MS,
    ends_at_ms: OPENED_MS + days * DAY_MS + 90 * MINUTE_MS, mine: "expected", ...more,
  });
  return [line("a", 0, { stage: "in_session", mine: "here" }), line("b", 7), line("c", 7, { title: texts.meeting.item_1 }), line("d", -14, { stage: "approved", mine: "leave" })];
}

/** A signed sheet: one on time, one late, one there already, one who did not sign, and two lines for a person. */
export function paperOf(texts: Texts): PaperLineShown[] {
  const { song, cao, lin, tian } = texts.names;
  const line = (at: number, name: string, verdict: PaperLineShown["verdict"], more: Partial<PaperLineShown> = {}): PaperLineShown => ({ row: at, name, verdict, member: name, status: null, at_ms: null, late_ms: 0, ...more });
  return [
    line(3, song, "mark", { status: "on_time" }),
    line(4, cao, "mark", { status: "late", at_ms: OPENED_MS + 17 * MINUTE_MS, late_ms: 2 * MINUTE_MS }),
    line(5, lin, "same"),
    line(6, tian, "not_here"),
    line(7, tian, "twice"),
    line(8, texts.page_long, "unknown", { member: null }),
  ];
}
