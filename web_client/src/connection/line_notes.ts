import { PROTOCOL_VERSION } from "../protocol/wire";

/**
 * What pages of one member tell each other over their channel (shared_line.ts). A page that owns the line has a name; `port`
 * names one virtual socket, `<page>/<number>`. Pages of another version of this form do not share a line with us.
 */
const FORM = 1;

/** Longest command the server takes (channels/protocol/base.py); a longer one would end the line for all pages. */
export const COMMAND_BYTES = 65_536;

/** A page acknowledges what it received after so many frames. */
export const ACK_EVERY = 16;

/** More ports in one note, or a longer name, come from nobody of ours. */
const PORTS_AT_MOST = 64;
const NAME_LENGTH = 100;

export type Note =
  /** From a page without the line: give this port a place. Whoever owns the line answers. */
  | { kind: "join"; port: string }
  /** Are you awake? `joined` answers. */
  | { kind: "look"; owner: string; port: string }
  | { kind: "send"; owner: string; port: string; text: string }
  /** This port has received so many frames in all. */
  | { kind: "ack"; owner: string; port: string; count: number }
  /** The port is given up; `doubted`: because no sign of life came. */
  | { kind: "bye"; owner: string; port: string; doubted: boolean }
  /** From the page that owns the line: I own it now. */
  | { kind: "here"; owner: string }
  /** The port has its place; `opened` follows when the line stands. */
  | { kind: "joined"; owner: string; port: string }
  | { kind: "opened"; owner: string; ports: string[] }
  | { kind: "frame"; owner: string; ports: string[]; text: string }
  /** The line ended for these ports; `apart`: come back on a line of your own. */
  | { kind: "closed"; owner: string; ports: string[]; code: number; reason: string; apart: boolean };

type Shape = Record<string, (value: unknown) => boolean>;

const name = (value: unknown): boolean => typeof value === "string" && value !== "" && value.length <= NAME_LENGTH;
const text = (value: unknown): boolean => typeof value === "string";
const count = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const flag = (value: unknown): boolean => typeof value === "boolean";
const names = (value: unknown): boolean => Array.isArray(value) && value.length <= PORTS_AT_MOST && value.every(name);

const SHAPES: { [K in Note["kind"]]: Shape } = {
  join: { port: name },
  look: { owner: name, port: name },
  send: { owner: name, port: name, text },
  ack: { owner: name, port: name, count },
  bye: { owner: name, port: name, doubted: flag },
  here: { owner: name },
  joined: { owner: name, port: name },
  opened: { owner: name, ports: names },
  frame: { owner: name, ports: names, text },
  closed: { owner: name, ports: names, code: count, reason: text, apart: flag },
};

/** A note as it came over the channel, or null when it has none of the shapes above. */
export function readNote(value: unknown): Note | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  const kind = fields["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(SHAPES, kind)) return null;
  const shape = SHAPES[kind as Note["kind"]];
  return Object.entries(shape).every(([field, fits]) => fits(fields[field])) ? (value as Note) : null;
}

/** Name of a member's channel, and of the lock whose holder owns the line. */
export const lineName = (member: string): string => `huitang.line.${String(FORM)}.${String(PROTOCOL_VERSION)}.${member}`;

/** Name of the lock a page holds for as long as it lives. */
export const pageName = (member: string, page: string): string => `${lineName(member)}.page.${page}`;

export const pageOf = (port: string): string => port.slice(0, port.lastIndexOf("/"));
