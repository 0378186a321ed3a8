/** A notice counts for this long (server: channels/chat/protocol.py). */
export const TYPING_MS = 6_000;

export interface Typist {
  member: string;
  thread: number | null;
  untilMs: number;
}

/** The list after a notice, without those that have run out. Pure. */
export function withTypist(typists: readonly Typist[], member: string, thread: number | null, nowMs: number): Typist[] {
  const others = typists.filter((typist) => typist.member !== member && typist.untilMs > nowMs);
  return [...others, { member, thread, untilMs: nowMs + TYPING_MS }];
}

export function stillTyping(typists: readonly Typist[], nowMs: number): Typist[] {
  return typists.filter((typist) => typist.untilMs > nowMs);
}
