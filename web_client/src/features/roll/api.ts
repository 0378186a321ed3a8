/** The server's routes for officers: organisation, roll, import, roles, second-factor resets, bot tokens. */

import { http } from "@/connection/http";
import type { Both } from "@/i18n/both";

import type { MemberEdit } from "./edits";
import type { Fault } from "./plan";

export interface Unit {
  unit: string;
  kind: "branch" | "group";
  name: string;
  parent: string | null;
  order: number;
}

export interface MemberClass {
  key: string;
  title: Both;
  votes: boolean;
}

/** A role of the organisation's template, as officers may give it. */
export interface RoleWord {
  role: string;
  title: Both;
  capabilities: Both[];
}

export interface Org {
  org: string;
  name: string;
  units: Unit[];
  classes: MemberClass[];
  roles: RoleWord[];
  /** Pairs of role words one person may not hold together. */
  separations: { one: string; other: string }[];
}

/** A role somebody holds. */
export interface Title {
  hold: string;
  role: string;
  unit: string;
  title: Both;
}

export interface Person {
  member: string;
  number: string;
  name: string;
  branch: string;
  groups: string[];
  class: string;
  titles: Title[];
  active: boolean;
  /** `none`: no account yet; `code`: a letter is out; `active`: can sign in; null: not for the reader to know. */
  account: "none" | "code" | "active" | null;
}

export interface People {
  unit: string;
  /** By number; empty for officers above, who see counts only. */
  people: Person[];
  total: number;
  /** Empty when a class is so small that it would point at persons. */
  by_class: Record<string, number>;
}

export interface PersonalField {
  key: string;
  label: Both;
  value: string;
}

/** An activation code to print or to hand over; shown once. */
export interface Letter {
  code: string;
  /** Opens the activation page; the code is in the fragment. */
  link: string;
  qr_svg: string;
  ends_at_ms: number;
}

/** The code after an approved reset; shown once. */
export interface ResetCode {
  code: string;
  ends_at_ms: number;
}

/** A member whose record would change; field names only. */
export interface ImportChange {
  row: number;
  member: string;
  name: string;
  fields: string[];
}

/** An office the file names and the person does not hold. */
export interface ImportOffice {
  row: number;
  name: string;
  title: string;
}

/** What an import would do; after the confirmation also what it did. */
export interface ImportState {
  import: string;
  expires_at_ms: number;
  sheet: string;
  headers: string[];
  samples: string[][];
  header_row: number;
  columns: Record<string, number>;
  add: number;
  change: number;
  unchanged: number;
  held: number;
  asked: number;
  skipped: number;
  changes: ImportChange[];
  faults: Fault[];
  new_groups: string[];
  offices: ImportOffice[];
  /** What a confirmation names; empty while the columns are not known. */
  digest: string;
  added: number | null;
  changed: number | null;
  offices_given: number | null;
  /** Offices that could not be given, and why. */
  refused: Fault[];
}

export interface ImportOrder {
  header_row: number | null;
  columns: Record<string, number>;
  answers: Record<number, string>;
  /** Also give the roles the file names. */
  give_offices: boolean;
  /** Digest of the preview that was looked at; null for another trial run. */
  confirm: string | null;
}

export interface Reset {
  id: string;
  member: string;
  member_name: string;
  state: "open" | "approved" | "declined" | "expired";
  asked_by: string;
  asked_by_name: string;
  reason: string;
  made_at_ms: number;
  ends_at_ms: number;
  decided_by_name: string;
  /** The reader may be the second officer. */
  may_approve: boolean;
}

export interface Token {
  id: string;
  unit: string;
  name: string;
  scopes: string[];
  made_by: string;
  made_at_ms: number;
  ends_at_ms: number;
  /** 0 for never. */
  seen_at_ms: number;
}

export interface TokenWish {
  unit: string;
  name: string;
  scopes: string[];
  days: number;
}

/** Writing 5,000 people takes the server a while. */
const IMPORT_TIMEOUT_MS = 120_000;

const at = (part: string): string => encodeURIComponent(part);

export const rollApi = {
  org: () => http.get<Org>("/org"),
  people: (unit: string, left: boolean) => http.get<People>(`/roll?unit=${at(unit)}${left ? "&left=true" : ""}`),
  add: (unit: string, values: MemberEdit) => http.post<Person>("/roll", { unit, ...values }),
  edit: (member: string, values: MemberEdit) => http.patch<Person>(`/roll/${at(member)}`, values),
  leave: (member: string) => http.post<null>(`/roll/${at(member)}/leave`),
  comeBack: (member: string) => http.post<Person>(`/roll/${at(member)}/return`),
  open: (member: string, reason: string) => http.post<{ fields: PersonalField[] }>(`/roll/${at(member)}/open`, { reason }),
  letter: (member: string) => http.post<Letter>(`/roll/${at(member)}/activation-code`),
  importStep: (id: string, order: ImportOrder) => http.post<ImportState>(`/roll/import/${at(id)}`, order, { timeoutMs: IMPORT_TIMEOUT_MS }),
  grant: (member: string, unit: string, role: string) => http.put<null>("/roles", { member, unit, role }),
  revoke: (hold: string) => http.delete<null>(`/roles/${at(hold)}`),
  resets: () => http.get<{ resets: Reset[] }>("/mfa-resets"),
  askReset: (member: string, reason: string) => http.post<null>("/mfa-resets", { member, reason }),
  approveReset: (id: string) => http.post<ResetCode>(`/mfa-resets/${at(id)}/approve`),
  declineReset: (id: string) => http.post<null>(`/mfa-resets/${at(id)}/decline`),
  tokens: () => http.get<{ tokens: Token[]; scopes: string[] }>("/tokens"),
  makeToken: (wish: TokenWish) => http.post<{ token: Token; secret: string }>("/tokens", wish),
  endToken: (id: string) => http.delete<null>(`/tokens/${at(id)}`),
};

/** Path of a roll as a file, for `fetchFile`. */
export function exportPath(unit: string, format: "xlsx" | "csv"): string {
  return `/roll/export?unit=${at(unit)}&format=${format}`;
}

/** Path for sending a roll; `encoding` of a text file only when finding out failed. */
export function importPath(unit: string, encoding: string | null): string {
  return `/roll/import?unit=${at(unit)}${encoding === null ? "" : `&encoding=${at(encoding)}`}`;
}
