import { useI18n } from "vue-i18n";

import { asLocale } from "@/i18n/format";
import type { MeetingText } from "@/protocol/meeting";

/** The words of the organisation's template in the reader's language. */
export function useSaid(): (text: MeetingText | null | undefined) => string {
  const { locale } = useI18n();
  return (text) => (text === null || text === undefined ? "" : locale.value === "en" ? text.en : text.zh);
}

const MINUTE_MS = 60_000;

/** A span as a clock shows it: `12:05`, for more than an hour `1:02:05`. */
export function span(ms: number): string {
  const all_s = Math.max(0, Math.ceil(ms / 1_000));
  const [hours, minutes, seconds] = [Math.floor(all_s / 3_600), Math.floor(all_s / 60) % 60, all_s % 60];
  const two = (figure: number): string => String(figure).padStart(2, "0");
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}

/** Whole minutes, upwards. */
export const minutes = (ms: number): number => Math.ceil(ms / MINUTE_MS);

/** Six ASCII digits of what was typed; full-width ones and spaces are forgiven. */
export const digitsOf = (typed: string): string => typed.normalize("NFKC").replace(/\D/g, "").slice(0, 6);

/** Address of a file of a meeting in the reader's language; files know Chinese and English. */
export const fileOf = (meeting: string, kind: string, locale: string): string => `/api/v1/meetings/${meeting}/files/${kind}?lang=${asLocale(locale) === "en" ? "en" : "zh-CN"}`;
