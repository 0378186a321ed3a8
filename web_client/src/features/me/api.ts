/** The server's routes about one's own account and record, typed. */

import { http } from "@/connection/http";
import type { Both } from "@/i18n/both";

/** One field of the register of fields, with what it holds about the reader. */
export interface RecordField {
  key: string;
  label: Both;
  value: string;
  purpose: Both;
  who: Both;
  retention: Both;
}

export interface MemberRecord {
  fields: RecordField[];
}

/** Somebody looked at, or changed, the reader's personal details. */
export interface AuditRow {
  id: string;
  at_ms: number;
  /** Word of what was done, e.g. `roll.open`. */
  action: string;
  text: Both;
  by: string;
  reason: string;
}

export interface AuditPage {
  rows: AuditRow[];
}

export interface Device {
  id: string;
  /** Browser and system family, e.g. `Chrome · Android`. */
  agent: string;
  made_at_ms: number;
  seen_at_ms: number;
  current: boolean;
}

export interface DeviceList {
  devices: Device[];
}

export const meApi = {
  record: () => http.get<MemberRecord>("/me/record"),
  audit: () => http.get<AuditPage>("/me/audit"),
  devices: () => http.get<DeviceList>("/devices"),
  endDevice: (id: string) => http.delete<null>(`/devices/${encodeURIComponent(id)}`),
  endOthers: () => http.post<null>("/devices/end-others"),
  password: (current: string, wanted: string) => http.post<null>("/password", { current, new: wanted }),
  newRecoveryCodes: () => http.post<{ recovery_codes: string[] }>("/mfa/recovery-codes"),
};
