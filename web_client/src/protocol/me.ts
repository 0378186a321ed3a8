/** Topic `me:<member>` as this client uses it (server: channels/me/protocol.py). */
import type { WireEvent } from "./wire";

export interface MePreferences {
  typing_visible: boolean;
  locale: "zh-CN" | "en";
  large_type: boolean;
  theme: "system" | "light" | "dark";
}

export interface MeMention {
  message: number;
  n: number;
  thread: number | null;
}

export interface MeThread {
  root: number;
  head_n: number;
  read_n: number;
}

export interface MeLastMessage {
  message: number;
  at_ms: number;
  sender: string;
  excerpt: string;
  attachments_count: number;
  gone: "recalled" | "deleted" | null;
}

export interface MeRoom {
  room: string;
  kind: "branch" | "group" | "direct";
  title: string;
  unit: string | null;
  other: string | null;
  head_n: number;
  read_n: number;
  last: MeLastMessage | null;
  mentions: MeMention[];
  threads: MeThread[];
}

interface MeLog<T extends string> extends WireEvent {
  type: T;
  seq: number;
  at_ms: number;
}

export interface MeRead extends MeLog<"me.read"> {
  room: string;
  thread: number | null;
  n: number;
}

export interface MeRoomAdded extends MeLog<"me.room_added"> {
  room: string;
  kind: MeRoom["kind"];
  title: string;
  unit: string | null;
  other: string | null;
  head_n: number;
}

export interface MeRoomRemoved extends MeLog<"me.room_removed"> {
  room: string;
}

export interface MeMentioned extends MeLog<"me.mentioned"> {
  room: string;
  message: number;
  n: number;
  thread: number | null;
  by: string;
  gone: boolean;
}

export interface MeSecurityNotice extends MeLog<"me.security_notice"> {
  kind: string;
  device: string;
  params: Record<string, string | number>;
}

export interface MeMessageDeleted extends MeLog<"me.message_deleted"> {
  room: string;
  message: number;
  by: string;
  reason: string;
}

export interface MePreferencesChanged extends MeLog<"me.preferences_changed"> {
  preferences: MePreferences;
}

export type MeNotice = MeSecurityNotice | MeMessageDeleted;

export type MeLogEvent = MeRead | MeRoomAdded | MeRoomRemoved | MeMentioned | MeSecurityNotice | MeMessageDeleted | MePreferencesChanged;

export interface MeSnapshot {
  member: string;
  name: string;
  rooms: MeRoom[];
  notices: MeNotice[];
  preferences: MePreferences;
}
