import { clockTime } from "@/i18n/format";

const MINUTE_MS = 60_000;

/** Milliseconds from midnight of a time as fields write it, e.g. `19:30`; NaN for what is none. */
export function minuteOfDay(time: string): number {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time);
  return found === null ? Number.NaN : (Number(found[1]) * 60 + Number(found[2])) * MINUTE_MS;
}

/** The wall-clock time of a moment as fields write it. */
export const timeOf = (atMs: number): string => clockTime(atMs);
