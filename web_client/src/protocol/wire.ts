import type { Beat, CommandOf, CommandResults, CommandType, Position, Replayed, Resumed, Subscribed, Welcome } from "./generated";

/**
 * The envelope of the wire as this client uses it, on top of the generated types.
 * Unknown fields are ignored, unknown event types are skipped: an older client must survive a newer server.
 */
export const PROTOCOL_VERSION = 1;

/** Most log events in one subscribe, resume or replay answer (server: channels/protocol/frames.py). */
export const PAGE_EVENTS = 200;

/** Something happened in a topic. Log events carry `seq`; live ones (presence, typing) do not. */
export interface WireEvent {
  type: string;
  topic: string;
  seq?: number;
  at_ms?: number;
}

export interface LogEvent extends WireEvent {
  seq: number;
  at_ms: number;
}

/** A command of any kind without its `ref`, which the session adds. */
export interface AnyCommand {
  type: string;
  [field: string]: unknown;
}

/** The same with its very fields. */
export type CommandBody = { [T in CommandType]: Omit<CommandOf[T], "ref"> }[CommandType];

/** What answers a command. */
export type ResultOf<C extends CommandBody> = CommandResults[C["type"]];

export const isLogEvent = (event: WireEvent): event is LogEvent => typeof event.seq === "number";

export type { Beat, Position, Replayed, Resumed, Subscribed, Welcome };
