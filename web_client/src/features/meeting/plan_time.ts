import { clockTime } from "@/i18n/format";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Milliseconds from midnight of a time as fields write it, e.g. `19:30`; NaN for what is none. */
export function minuteOfDay(time: string): number {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time);
  return found === null ? Number.NaN : (Number(found[1]) * 60 + Number(found[2])) * MINUTE_MS;
}

/** Beginning and end on a day; an end that is not after the beginning is on the next day. Pure. */
export function between(dawnMs: number, begins: string, ends: string): { starts_at_ms: number; ends_at_ms: number } {
  const [from, to] = [minuteOfDay(begins), minuteOfDay(ends)];
  return { starts_at_ms: dawnMs + from, ends_at_ms: dawnMs + (to > from ? to : to + DAY_MS) };
}

/** The wall-clock time of a moment as fields write it. */
export const timeOf = (atMs: number): string => clockTime(atMs);
