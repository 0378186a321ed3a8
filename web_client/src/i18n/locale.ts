/** Languages the client is complete in; the first is the default. zh-TW is made from zh-CN when the client is built. */
export const LOCALES = ["zh-CN", "zh-TW", "en"] as const;

export type Locale = (typeof LOCALES)[number];

export function isLocale(word: string): word is Locale {
  return (LOCALES as readonly string[]).includes(word);
}
