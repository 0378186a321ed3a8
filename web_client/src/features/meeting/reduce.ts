import type { Meeting, MeetingChange, MeetingCounts, MeetingRow, MeetingSheet, SheetLogEvent } from "@/protocol/meeting";

/**
 * What events do to a meeting and to its sheet; the same rules as the server's channels/meeting/change.py and sheet.py, tested with
 * its fixtures. Every event of the floor carries what is different; the sheet has one rule for each of its events.
 */
interface Keyed {
  id: string;
  order: number;
}

/** A keyed list with parts put and removed. */
export function merged<T extends Keyed>(now: readonly T[], put: readonly T[], gone: readonly string[]): T[] {
  const parts = new Map([...now, ...put].map((part) => [part.id, part]));
  for (const id of gone) parts.delete(id);
  return [...parts.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

const LISTS = ["items", "rounds", "hands", "motions", "tasks", "quorum"] as const;
const KEYED = new Set<string>([...LISTS.flatMap((name) => [`${name}_set`, `${name}_gone`]), "cleared"]);

/** The state after a change; applying it again changes nothing. */
export function changed(state: Meeting, change: MeetingChange): Meeting {
  const plain = Object.entries(change).filter(([name, value]) => value !== null && value !== undefined && !KEYED.has(name));
  const after = { ...state, ...Object.fromEntries(plain) } as Meeting;
  for (const name of change.cleared) after[name] = null;
  after.items = merged(state.items, change.items_set, change.items_gone);
  after.rounds = merged(state.rounds, change.rounds_set, []);
  after.hands = merged(state.hands, change.hands_set, change.hands_gone);
  after.motions = merged(state.motions, change.motions_set, change.motions_gone);
  after.tasks = merged(state.tasks, change.tasks_set, change.tasks_gone);
  after.quorum = merged(state.quorum, change.quorum_set, []);
  return after;
}

// -- the sheet --------------------------------------------------------------------------------------------------------

const PRESENT = new Set(["on_time", "late"]);

/** Counts for quorum and votes now: here, not gone, not disputed. */
export const isPresent = (row: MeetingRow): boolean => PRESENT.has(row.status) && row.left_at_ms === null && !row.disputed;

type Figure = Exclude<keyof MeetingCounts, "at" | "answered" | "answered_here" | "voted">;

/** Figures that one row adds to. */
function marksOf(row: MeetingRow): Figure[] {
  if (row.status === "excluded") return ["excluded"];
  if (row.status === "observer") return ["observers"];
  const marks: Figure[] = row.votes ? ["expected", "entitled"] : ["expected"];
  if (row.disputed) return [...marks, "disputed"];
  if (row.status === "on_time" || row.status === "late") {
    const here: Figure[] = row.left_at_ms !== null ? ["left_early"] : row.votes ? ["present", "present_entitled"] : ["present"];
    return [...marks, row.status, "attended", ...here];
  }
  return row.status === "expected" ? marks : [...marks, row.status];
}

/** Everybody counted, as the server counts. */
export function counted(sheet: Omit<MeetingSheet, "counts">, at: number): MeetingCounts {
  const counts: MeetingCounts = {
    at, expected: 0, entitled: 0, on_time: 0, late: 0, present: 0, present_entitled: 0, attended: 0, leave: 0, official: 0, absent: 0,
    disputed: 0, left_early: 0, excluded: 0, observers: 0, answered: sheet.answers.length,
    answered_here: sheet.answers.filter((answer) => answer.answer === "here").length, voted: sheet.voted.length,
  };
  for (const row of sheet.rows) for (const mark of marksOf(row)) counts[mark] += 1;
  return counts;
}

type Rules = { [K in SheetLogEvent["type"]]: (sheet: MeetingSheet, event: Extract<SheetLogEvent, { type: K }>) => MeetingSheet };

const byMember = <T extends { member: string }>(list: readonly T[], one: T): T[] =>
  [...list.filter((other) => other.member !== one.member), one].sort((a, b) => (a.member < b.member ? -1 : 1));

function withRow(sheet: MeetingSheet, row: MeetingRow): MeetingSheet {
  const rows = [...sheet.rows.filter((other) => other.member !== row.member), row];
  return { ...sheet, rows: rows.sort((a, b) => a.order - b.order || (a.member < b.member ? -1 : 1)) };
}

/** A kind of event without a rule here does not compile. */
const RULES: Rules = {
  "meeting.checked_in": (sheet, event) => {
    const row = sheet.rows.find((one) => one.member === event.member);
    if (row === undefined || PRESENT.has(row.status) || row.status === "excluded") return sheet;
    const came = { method: event.method, at_ms: event.received_at_ms, remote: event.remote };
    const status = event.late_ms > 0 ? "late" : "on_time";
    return withRow(sheet, row.status === "observer" ? { ...row, ...came } : { ...row, ...came, status, late_ms: event.late_ms });
  },
  "meeting.row_set": (sheet, event) => withRow(sheet, event.row),
  "meeting.roll_frozen": (sheet) => sheet,
  "meeting.roll_answered": (sheet, event) =>
    event.roll_call === sheet.roll_call ? { ...sheet, answers: byMember(sheet.answers, event.answer) } : sheet,
  "meeting.vote_cast": (sheet, event) =>
    event.motion !== sheet.motion || event.opening !== sheet.opening || sheet.voted.includes(event.ballot.member) ? sheet : { ...sheet, voted: [...sheet.voted, event.ballot.member].sort() },
  "meeting.leave_set": (sheet, event) => ({ ...sheet, leaves: byMember(sheet.leaves, event.leave) }),
  "meeting.spot_asked": (sheet, event) => ({
    ...sheet,
    spots: [...sheet.spots.filter((spot) => spot.id !== event.spot.id), event.spot].sort((a, b) => (a.id < b.id ? -1 : 1)),
  }),
  "meeting.spot_answered": (sheet, event) => ({
    ...sheet,
    spots: sheet.spots.map((spot) =>
      spot.id !== event.spot || !spot.members.includes(event.member) || spot.answered.includes(event.member)
        ? spot
        : { ...spot, answered: [...spot.answered, event.member].sort() },
    ),
  }),
  "meeting.collecting": (sheet, event) => ({
    ...sheet,
    roll_call: event.roll_call,
    answers: event.roll_call === sheet.roll_call ? sheet.answers : [],
    motion: event.motion,
    opening: event.motion === sheet.motion ? sheet.opening : event.motion === null ? null : event.seq,
    voted: event.motion === sheet.motion ? sheet.voted : [],
  }),
  "meeting.sheet_closed": (sheet) => ({
    ...sheet,
    rows: sheet.rows.map((row) => (row.status === "expected" ? { ...row, status: "absent" } : row)),
  }),
};

/** The sheet after one event; an older one than it holds changes nothing. */
export function reduceSheet(sheet: MeetingSheet, event: SheetLogEvent): MeetingSheet {
  if (event.seq <= sheet.counts.at) return sheet;
  const rule = RULES[event.type] as (sheet: MeetingSheet, event: SheetLogEvent) => MeetingSheet;
  const after = rule(sheet, event);
  return { ...after, counts: counted(after, event.seq) };
}
