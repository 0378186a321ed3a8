/** The server's routes about the record of a branch. */

import { http } from "@/connection/http";
import type { BranchAct, BranchActs } from "@/protocol/generated";

export type Act = BranchAct;
export type Kind = BranchAct["kind"];

/** In the order of the filter. */
export const KINDS: readonly Kind[] = ["read", "roll", "roles", "units", "template", "accounts", "bots"];

/** What the reader wants to see. */
export interface Wanted {
  readonly unit: string;
  readonly kind: Kind | null;
  /** One member only; the server writes down that somebody looked, and the member sees it. */
  readonly member: string | null;
}

const PAGE = 50;

const at = (part: string): string => encodeURIComponent(part);

/** A page, newest first; `before` is the id of the last row already shown. */
export function actsOf(wanted: Wanted, before: string | null): Promise<BranchActs> {
  if (wanted.member !== null) return http.post<BranchActs>(`/roll/${at(wanted.member)}/audit`, { kind: wanted.kind, before, limit: PAGE });
  const more = `${wanted.kind === null ? "" : `&kind=${wanted.kind}`}${before === null ? "" : `&before=${at(before)}`}`;
  return http.get<BranchActs>(`/org/audit?unit=${at(wanted.unit)}&limit=${String(PAGE)}${more}`);
}

/** Path of the record as a file, for `fetchFile`. */
export function exportPath(unit: string, kind: Kind | null, format: "xlsx" | "csv"): string {
  return `/org/audit/export?unit=${at(unit)}&format=${format}${kind === null ? "" : `&kind=${kind}`}`;
}
