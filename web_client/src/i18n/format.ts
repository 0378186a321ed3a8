import { isLocale, type Locale } from "./locale";

/**
 * Every number and time that people read goes through here.
 * Times come in as milliseconds since the epoch; `nowMs` is the server's now (live/live.ts).
 */
export interface DayWords {
  today: string;
  yesterday: string;
}

const DAY_MS = 86_400_000;

/** Zone of the organisation (its members read one clock wherever they are); undefined is the device's own. */
let zone: string | undefined;

const readClock = (): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });

/** Made once per zone: making one is a thousand times dearer than using it. */
let clock = readClock();

/** Show times in this IANA zone from now on; a zone the device does not know leaves its own in force. */
export function showTimesIn(name: string | undefined): void {
  try {
    zone = name === undefined ? undefined : new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    zone = undefined;
  }
  clock = readClock();
  offsets.clear();
}

const QUARTER_MS = 900_000;
const QUARTERS_KEPT = 20_000;

/** Distance of the zone from UTC by quarter of an hour: no zone has ever changed within one. */
const offsets = new Map<number, number>();

function offsetMs(atMs: number): number {
  const quarter = Math.floor(atMs / QUARTER_MS);
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const startMs = quarter * QUARTER_MS;
  const said: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(startMs)) said[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = said;
  const offset = Date.UTC(year, month - 1, day, hour, minute) - startMs;
  if (offsets.size >= QUARTERS_KEPT) offsets.clear();
  offsets.set(quarter, offset);
  return offset;
}

/** The wall clock of the zone, to be read with the UTC getters. */
const wall = (atMs: number): Date => new Date(atMs + offsetMs(atMs));

const dayNumber = (atMs: number): number => Math.floor((atMs + offsetMs(atMs)) / DAY_MS);

/** Whole calendar days between two moments in the zone shown: 0 same day, 1 the day before `nowMs`. */
export function daysBetween(atMs: number, nowMs: number): number {
  return dayNumber(nowMs) - dayNumber(atMs);
}

/** Calendar day of a moment in the zone shown, as fields for dates write it: `2026-07-01`. */
export function isoDay(atMs: number): string {
  return wall(atMs).toISOString().slice(0, 10);
}

/** The moment a calendar day (`2026-07-01`) begins in the zone shown; NaN for what is no day. */
export function dayStartMs(day: string): number {
  const utcMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(utcMs)) return utcMs;
  // The offset at midnight is not known before midnight is: the second look is right also near a change of the clocks.
  return utcMs - offsetMs(utcMs - offsetMs(utcMs));
}

/** `18:42`, always 24 hours. */
export function clockTime(atMs: number): string {
  return wall(atMs).toISOString().slice(11, 16);
}

/** English dates in the order of most of the world: day, month, year. */
const tag = (locale: Locale): string => (locale === "en" ? "en-GB" : locale);

const date = (atMs: number, locale: Locale, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(tag(locale), { timeZone: zone, ...options }).format(atMs);

/** Day only: 今天, 昨天, 周三, 7月2日, 2025年7月2日. */
export function dayName(atMs: number, nowMs: number, locale: Locale, words: DayWords): string {
  const days = daysBetween(atMs, nowMs);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return date(atMs, locale, { weekday: "long" });
  const sameYear = wall(atMs).getUTCFullYear() === wall(nowMs).getUTCFullYear();
  return date(atMs, locale, sameYear ? { month: "long", day: "numeric" } : { dateStyle: "long" });
}

/** Day and time for a separator: `今天 18:42`. */
export function dayTime(atMs: number, nowMs: number, locale: Locale, words: DayWords): string {
  return `${dayName(atMs, nowMs, locale, words)} ${clockTime(atMs)}`;
}

/** Shortest form for lists: time today, 昨天, weekday, then the date. */
export function shortTime(atMs: number, nowMs: number, locale: Locale, words: DayWords): string {
  const days = daysBetween(atMs, nowMs);
  if (days === 0) return clockTime(atMs);
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return date(atMs, locale, { weekday: "short" });
  const sameYear = wall(atMs).getUTCFullYear() === wall(nowMs).getUTCFullYear();
  return date(atMs, locale, sameYear ? { month: "numeric", day: "numeric" } : { year: "numeric", month: "numeric", day: "numeric" });
}

/** Full date and time, for details and tooltips. */
export function fullTime(atMs: number, locale: Locale): string {
  return `${date(atMs, locale, { dateStyle: "long" })} ${clockTime(atMs)}`;
}

/** `812 B`, `34 KB`, `2.4 MB` (1 KB = 1024 B, as people's file lists count). */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${String(bytes)} B`;
  if (bytes < 1024 * 1024) return `${String(Math.round(bytes / 1024))} KB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`;
}

/** Badge figure: up to 99, then `99+`. */
export function badgeCount(count: number): string {
  return count > 99 ? "99+" : String(count);
}

export function asLocale(word: string): Locale {
  return isLocale(word) ? word : "zh-CN";
}

const utcDay = (day: string): Date => new Date(`${day}T00:00:00Z`);

/** `2026年12月` of a month written `2026-12`. */
export function monthName(month: string, locale: Locale): string {
  return new Intl.DateTimeFormat(tag(locale), { timeZone: "UTC", year: "numeric", month: "long" }).format(utcDay(`${month}-01`));
}

/** `12月10日 星期四` of a calendar day. */
export function dayTitle(day: string, locale: Locale): string {
  return new Intl.DateTimeFormat(tag(locale), { timeZone: "UTC", month: "long", day: "numeric", weekday: "long" }).format(utcDay(day));
}

/** Short names of the days of the week, Monday first. */
export function weekdays(locale: Locale): string[] {
  const name = new Intl.DateTimeFormat(tag(locale), { timeZone: "UTC", weekday: "short" });
  return Array.from({ length: 7 }, (_, place) => name.format(utcDay(`2024-01-0${String(place + 1)}`))); // the first of that month was a Monday
}
