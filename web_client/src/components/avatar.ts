/** Soft colour pairs for faces: quiet ones of the palette, never the accent. */
const TINTS = ["bg-leave-soft text-leave", "bg-present-soft text-present", "bg-late-soft text-late", "bg-absent-soft text-absent"] as const;

/** The same person always gets the same tint. */
export function tintOf(id: string): string {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4093;
  return TINTS[sum % TINTS.length] ?? TINTS[0];
}

/** First character for Chinese names (for 第二党支部 the ordinal, which tells it apart), first letters of two words for others. */
export function initialsOf(name: string): string {
  const ordinal = /^第([一二三四五六七八九十百\d]{1,3})/.exec(name.trim())?.[1];
  if (ordinal !== undefined) return [...ordinal].slice(-2).join("");
  const letters = [...name.trim()];
  const first = letters[0] ?? "?";
  if (/\p{Script=Han}/u.test(first)) return first;
  const words = name.trim().split(/\s+/);
  return words.slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || first;
}
