import type { PaperLineShown, PaperMark } from "@/protocol/meeting";

/** As many as one command takes (`meeting.mark_paper`). */
export const MARKS_MAX = 50;

export interface PaperSums {
  readonly mark: readonly PaperLineShown[];
  readonly same: number;
  readonly notHere: number;
  /** Lines that a person must look at. */
  readonly look: readonly PaperLineShown[];
}

/** What a read paper comes to. */
export function sumsOf(lines: readonly PaperLineShown[]): PaperSums {
  const of = (verdict: PaperLineShown["verdict"]): PaperLineShown[] => lines.filter((line) => line.verdict === verdict);
  const settled = new Set<PaperLineShown["verdict"]>(["mark", "same", "not_here"]);
  return { mark: of("mark"), same: of("same").length, notHere: of("not_here").length, look: lines.filter((line) => !settled.has(line.verdict)) };
}

/** The commands' worth of marks, in the order of the paper. */
export function portions(lines: readonly PaperLineShown[]): PaperMark[][] {
  const marks = lines.flatMap((line) => (line.member === null || line.status === null ? [] : [{ member: line.member, status: line.status, at_ms: line.at_ms, late_ms: line.late_ms }]));
  return Array.from({ length: Math.ceil(marks.length / MARKS_MAX) }, (_, at) => marks.slice(at * MARKS_MAX, (at + 1) * MARKS_MAX));
}
