import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import { asLocale, fullTime } from "@/i18n/format";

import type { Attempt } from "./attempt";
import { clockDifference } from "./clock";

export interface CodeFault {
  readonly text: string;
  readonly hint: string;
}

/**
 * Why a one-time code was refused. A wrong clock is named, with both times beside each other, instead of a riddle.
 *
 * @param askedAtMs Device time at the moment of the request.
 */
export function useCodeFault(attempt: Attempt, askedAtMs: () => number): ComputedRef<CodeFault> {
  const { t, locale } = useI18n();
  return computed(() => {
    const problem = attempt.problem.value;
    const serverMs = problem?.fields.params["server_time_ms"];
    if (problem?.key !== "TOTP_CLOCK" || typeof serverMs !== "number") return { text: attempt.fault.value, hint: "" };
    const found = clockDifference(askedAtMs(), serverMs);
    // The phone with the app is not always the device in hand: then only the server's word counts.
    if (found.direction === "right") return { text: attempt.fault.value, hint: "" };
    const times = { server: fullTime(serverMs, asLocale(locale.value)), device: fullTime(askedAtMs(), asLocale(locale.value)) };
    return { text: t(`account.clock_${found.direction}`, { m: found.minutes }), hint: t("account.clock_times", times) };
  });
}
