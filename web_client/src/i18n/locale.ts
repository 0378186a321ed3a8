/** Languages the client is complete in; the first is the default. */
export const LOCALES = ["zh-CN", "en"] as const;

export type Locale = (typeof LOCALES)[number];

export function isLocale(word: string): word is Locale {
  return (LOCALES as readonly string[]).includes(word);
}
