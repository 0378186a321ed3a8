/** What an import would do, as the trial run (dry run) tells it: sums, faults by row, filters. */

/** One fault of one row, in both languages as the server words it. */
export interface Fault {
  /** Row number as the spreadsheet program shows it, from 1. */
  readonly row: number;
  /** Header of the column, or an empty string when the whole row is meant. */
  readonly column: string;
  /** Upper-case word of the kind of fault. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export interface FaultGroup {
  readonly row: number;
  readonly faults: readonly Fault[];
}

/** How many faults of each kind, most frequent first; ties in order of appearance. */
export function faultKinds(faults: readonly Fault[]): readonly { readonly code: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const fault of faults) counts.set(fault.code, (counts.get(fault.code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
}

/** Faults gathered by row, rows in ascending order, faults in the server's order; `code` narrows to one kind. */
export function faultsByRow(faults: readonly Fault[], code: string | null = null): readonly FaultGroup[] {
  const rows = new Map<number, Fault[]>();
  for (const fault of faults) {
    if (code !== null && fault.code !== code) continue;
    const held = rows.get(fault.row);
    if (held === undefined) rows.set(fault.row, [fault]);
    else held.push(fault);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([row, found]) => ({ row, faults: found }));
}

/** The sentence of a fault in the reader's language. */
export function faultText(fault: Fault, locale: string): string {
  return locale.startsWith("zh") ? fault.zh : fault.en;
}
