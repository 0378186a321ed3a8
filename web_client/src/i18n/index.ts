import { createI18n } from "vue-i18n";

import { isLocale, LOCALES, type Locale } from "./locale";
import { onTerms, termsIn } from "./terms";

const KEY = "huitang.locale";

const load: Record<Locale, () => Promise<{ default: Record<string, unknown> }>> = {
  "zh-CN": () => import("./zh-CN"),
  "zh-TW": () => import("virtual:texts-zh-TW"),
  en: () => import("./en"),
};

export const i18n = createI18n({
  legacy: false,
  locale: "zh-CN" as Locale,
  fallbackLocale: "zh-CN",
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  messages: {} as Record<string, Record<string, never>>,
});

/** The catalogue's words for things, which those of the organisation cover. */
const standing: Partial<Record<Locale, Record<string, string>>> = {};

onTerms(() => {
  for (const locale of i18n.global.availableLocales) speakTerms(locale as Locale);
});

function speakTerms(locale: Locale): void {
  const terms = { ...standing[locale], ...termsIn(locale) };
  i18n.global.mergeLocaleMessage(locale, { terms } as never);
}

/** What this device chose, else what the browser asks for, else Chinese. */
export function preferredLocale(stored: string | null, languages: readonly string[]): Locale {
  if (stored !== null && isLocale(stored)) return stored;
  for (const language of languages.map((word) => word.toLowerCase())) {
    if (/^zh-(hant|tw|hk|mo)/.test(language)) return "zh-TW";
    if (language.startsWith("zh")) return "zh-CN";
    if (language.startsWith("en")) return "en";
  }
  return "zh-CN";
}

/** Load the texts of a language, show it and remember it on this device. */
export async function setLocale(locale: Locale): Promise<void> {
  if (!(i18n.global.availableLocales as string[]).includes(locale)) {
    const texts = await load[locale]();
    standing[locale] = { ...(texts.default["terms"] as Record<string, string>) }; // a copy: merging changes the original
    i18n.global.setLocaleMessage(locale, texts.default as never);
    speakTerms(locale);
  }
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  localStorage.setItem(KEY, locale);
}

/** To be awaited before the first page is drawn. */
export async function startLocale(): Promise<void> {
  await setLocale(preferredLocale(localStorage.getItem(KEY), navigator.languages));
}

export { LOCALES, type Locale };
