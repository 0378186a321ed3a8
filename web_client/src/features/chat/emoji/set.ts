import { TABLE } from "./table";

/** One emoji of the set. */
export interface Emoji {
  readonly sign: string;
  readonly zh: string;
  readonly en: string;
}

export interface EmojiGroup {
  /** Text key below `chat.emoji.group`. */
  readonly key: string;
  readonly emoji: readonly Emoji[];
}

function read(line: string): Emoji {
  const [sign = "", zh = "", ...en] = line.split(" ");
  return { sign, zh, en: en.join(" ") };
}

/** A table in its groups. */
export const groupsOf = (table: Readonly<Record<string, string>>): readonly EmojiGroup[] =>
  Object.entries(table).map(([key, lines]) => ({ key, emoji: lines.trim().split("\n").map(read) }));

/** The set in its groups. */
export const GROUPS: readonly EmojiGroup[] = groupsOf(TABLE);

const allOf = (groups: readonly EmojiGroup[]): readonly Emoji[] => groups.flatMap((group) => group.emoji);
const ALL = allOf(GROUPS);

/** The emoji with this sign; one that is not in the set has its sign for a name. */
export const emojiOf = (sign: string, groups = GROUPS): Emoji => allOf(groups).find((one) => one.sign === sign) ?? { sign, zh: sign, en: sign };

/**
 * Emoji whose Chinese name sounds like the query (characters, pinyin, initials) or whose English name has it.
 *
 * @param sounds Place at which a name sounds like a query, -1 for not at all (pinyin/sound.ts).
 * @param groups The set as it is shown, e.g. with traditional characters; simplified ones find there, too.
 */
export function findEmoji(query: string, sounds: (name: string, query: string) => number, groups = GROUPS): Emoji[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  const fits = (one: Emoji): boolean => one.zh.includes(wanted) || sounds(one.zh, wanted) >= 0 || one.en.includes(wanted) || one.sign === wanted;
  const found = new Set(ALL.filter(fits).map((one) => one.sign));
  return allOf(groups).filter((one) => found.has(one.sign) || one.zh.includes(wanted));
}

export const RECENT_MOST = 16;

/** What was used last comes first. Pure. */
export const usedNow = (recent: readonly string[], sign: string): string[] => [sign, ...recent.filter((one) => one !== sign)].slice(0, RECENT_MOST);

/** Where an arrow leads in a grid of so many columns; the place itself at its edges. Pure. */
export function moved(at: number, key: string, columns: number, count: number): number {
  const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const next = at + (steps[key] ?? 0);
  return next < 0 || next >= count ? at : next;
}
