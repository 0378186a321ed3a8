/** The server's routes about one's own account and record, typed. */

import { http } from "@/connection/http";
import type { Both } from "@/i18n/both";

/** One field of the register of fields, with what it holds about the reader. */
export interface RecordField {
  key: string;
  label: Both;
  /** What is stored; empty when nothing is, or when nobody can read it. */
  values: string[];
  /** For times; 0 for none. */
  at_ms: number;
  purpose: Both;
  sees: Both;
  kept: Both;
}

export interface OwnRecord {
  /** What the organisation keeps. */
  member: RecordField[];
  /** What log-in keeps. */
  account: RecordField[];
}

/** Something that was done to the reader's record or account. */
export interface AuditRow {
  id: string;
  at_ms: number;
  /** Word of what was done, e.g. `roll.opened`. */
  action: string;
  text: Both;
  /** Name of whoever did it; empty for the reader. */
  by: string;
  role: Both | null;
  /** Fields that were read or changed. */
  fields: Both[];
  reason: string;
}

export interface AuditPage {
  rows: AuditRow[];
  more: boolean;
}

export interface Device {
  id: string;
  /** Browser and system family, e.g. `Chrome · Android`. */
  agent: string;
  made_at_ms: number;
  seen_at_ms: number;
  ends_at_ms: number;
  this: boolean;
}

export interface DeviceList {
  devices: Device[];
}

export const meApi = {
  record: () => http.get<OwnRecord>("/me/record"),
  /** Newest first; `before` is the id of the last row already shown. */
  audit: (before: string | null) => http.get<AuditPage>(before === null ? "/me/audit" : `/me/audit?before=${before}`),
  devices: () => http.get<DeviceList>("/devices"),
  endDevice: (id: string) => http.delete<null>(`/devices/${encodeURIComponent(id)}`),
  endOthers: () => http.post<{ count: number }>("/devices/end-others"),
  password: (current: string, wanted: string) => http.post<null>("/password", { current, new: wanted }),
  newRecoveryCodes: () => http.post<{ recovery_codes: string[] }>("/mfa/recovery-codes"),
};
