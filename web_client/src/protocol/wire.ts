/**
 * The envelope of the wire as this client uses it (server: channels/protocol/frames.py, close_codes.py).
 * Unknown fields are ignored, unknown event types are skipped: an older client must survive a newer server.
 */
export const PROTOCOL_VERSION = 1;

/** Most log events in one subscribe, resume or replay answer. */
export const PAGE_EVENTS = 200;

export interface Position {
  epoch: string;
  /** Last entry applied, without holes before it. */
  seq: number;
}

/** Something happened in a topic. Log events carry `seq`; live ones (presence, typing) do not. */
export interface WireEvent {
  type: string;
  topic: string;
  seq?: number;
  at_ms?: number;
  [field: string]: unknown;
}

export interface LogEvent extends WireEvent {
  seq: number;
  at_ms: number;
}

export interface Welcome {
  type: "welcome";
  ref: number;
  protocol: number;
  member: string | null;
  account: string;
  session: string;
  server_time_ms: number;
  heartbeat_ms: number;
}

export interface Beat {
  server_time_ms: number;
  heads: Record<string, number>;
}

export interface Subscribed {
  topic: string;
  epoch: string;
  head: number;
  recovered: boolean;
  gap?: { after: number; before: number } | null;
  events: WireEvent[];
  snapshot?: Record<string, unknown> | null;
}

export interface Resumed {
  topics: Record<string, Subscribed>;
  lost: string[];
}

export interface Replayed {
  topic: string;
  events: WireEvent[];
  more: boolean;
}

/** A command without its `ref`, which the session adds. */
export interface CommandBody {
  type: string;
  [field: string]: unknown;
}

export const isLogEvent = (event: WireEvent): event is LogEvent => typeof event.seq === "number";
