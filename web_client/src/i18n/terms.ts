import type { Both } from "./both";

type Terms = Readonly<Record<string, Both>>;

/** Words the organisation has for things, e.g. `unit` -> 支部 / branch; those of its template, or its own. */
let terms: Terms = {};
const listeners = new Set<() => void>();

const isBoth = (word: unknown): word is Both =>
  typeof word === "object" && word !== null && typeof (word as Both).zh === "string" && typeof (word as Both).en === "string";

/** Take other words for things; what is no word in both languages is passed over. */
export function takeTerms(found: Readonly<Record<string, unknown>> | undefined): void {
  terms = Object.fromEntries(Object.entries(found ?? {}).filter((pair): pair is [string, Both] => isBoth(pair[1])));
  for (const listener of listeners) listener();
}

/** Called whenever words change. */
export function onTerms(listener: () => void): void {
  listeners.add(listener);
}

/** Signs that messages of the catalogue read as their own. */
const plain = (word: string): string => word.replace(/[{}@|%$]/g, "");

/** The words in one language, as messages below `terms`; texts name them as `@:{'terms.unit'}`. */
export const termsIn = (locale: string): Record<string, string> =>
  Object.fromEntries(Object.entries(terms).map(([key, word]) => [key, plain(locale.startsWith("zh") ? word.zh : word.en)]));
