import type { RecordField } from "./api";

/** What the page needs to put a stored value into words. */
export interface ValueWords {
  readonly locale: string;
  /** Between several values. */
  readonly comma: string;
  /** Word of a stored key, e.g. `status.active`; null when there is none. */
  readonly word: (key: string) => string | null;
  readonly time: (atMs: number) => string;
}

/** Fields whose values are stored words, not texts people wrote. */
const WORDS: readonly string[] = ["status", "gender"];

/** A stored field as the reader reads it; empty when nothing is kept or it cannot be shown. */
export function shownValue(field: Pick<RecordField, "key" | "values" | "at_ms">, words: ValueWords): string {
  if (field.at_ms > 0) return words.time(field.at_ms);
  if (field.key === "class") {
    // The class comes in both languages.
    const [zh = "", en = zh] = field.values;
    return words.locale.startsWith("zh") ? zh : en;
  }
  const shown = WORDS.includes(field.key) ? field.values.map((value) => words.word(`${field.key}.${value}`) ?? value) : field.values;
  return shown.join(words.comma);
}
