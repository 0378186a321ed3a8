/** A sentence the server wrote in both languages. */
export interface Both {
  readonly zh: string;
  readonly en: string;
}

/** The sentence in the reader's language. */
export function inLanguage(text: Both, locale: string): string {
  return locale.startsWith("zh") ? text.zh : text.en;
}
