/** What an import would do, as the trial run (dry run) tells it: faults by row and level, answers to open questions. */

/**
 * `held`: the row is not imported until the file is mended; `ask`: until the officer answers; `note`: imported, with a
 * remark; `skip`: the line is not a person (server: channels/branch/roll/faults.py).
 */
export type Level = "held" | "ask" | "note" | "skip";

/** In the order of urgency. */
export const LEVELS: readonly Level[] = ["held", "ask", "note", "skip"];

/** One fault of one row, in both languages as the server words it. */
export interface Fault {
  /** Row number as the spreadsheet program shows it, from 1. */
  readonly row: number;
  /** Column counted from 0; null when the whole row is meant. */
  readonly column: number | null;
  /** Word of the kind of fault. */
  readonly code: string;
  readonly level: Level;
  readonly zh: string;
  readonly en: string;
  /** For `ask`: ids of members it may be. */
  readonly candidates: readonly string[];
}

export interface FaultGroup {
  readonly row: number;
  readonly faults: readonly Fault[];
}

/** How many faults of each level there are. */
export function levelCounts(faults: readonly Fault[]): Readonly<Record<Level, number>> {
  const counts: Record<Level, number> = { held: 0, ask: 0, note: 0, skip: 0 };
  for (const fault of faults) counts[fault.level] += 1;
  return counts;
}

/** Faults gathered by row, rows in ascending order, faults in the server's order; `level` narrows to one. */
export function faultsByRow(faults: readonly Fault[], level: Level | null = null): readonly FaultGroup[] {
  const rows = new Map<number, Fault[]>();
  for (const fault of faults) {
    if (level !== null && fault.level !== level) continue;
    const held = rows.get(fault.row);
    if (held === undefined) rows.set(fault.row, [fault]);
    else held.push(fault);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([row, found]) => ({ row, faults: found }));
}

/** Name of a column as the spreadsheet program shows it: 0 is A, 25 is Z, 26 is AA. */
export function columnLetters(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? columnLetters(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

/** Row -> `new`, `skip` or the id of the member it is. */
export type Answers = Readonly<Record<number, string>>;

/** The answers with one more, or one taken back when `answer` is null. */
export function answerRow(answers: Answers, row: number, answer: string | null): Answers {
  const others = Object.entries(answers).filter(([at]) => Number(at) !== row);
  return Object.fromEntries(answer === null ? others : [...others, [String(row), answer]]);
}
