import { soundAt } from "@/pinyin/sound";
import type { ChatPerson } from "@/protocol/chat";

/** Most people one message may name (server: channels/chat/protocol.py). */
export const MENTIONS_MAX = 20;

/** The `@word` the caret stands in or behind; null when there is none. Offsets are UTF-16. */
export function mentionAt(text: string, caret: number): { from: number; query: string } | null {
  const found = /(?:^|[\s\p{P}\p{Script=Han}])@([^\s@]{0,20})$/u.exec(text.slice(0, caret));
  if (found === null) return null;
  const query = found[1] ?? "";
  return { from: caret - query.length - 1, query };
}

/** People whose name contains the query or is typed so by its sound, or whose number it begins; those who begin with it first. */
export function findPeople(people: readonly ChatPerson[], query: string, limit = 8): ChatPerson[] {
  const wanted = query.toLowerCase();
  const ranked = people
    .filter((person) => person.present)
    .map((person) => ({ person, at: place(person.name, wanted), numbered: person.number.toLowerCase().startsWith(wanted) && wanted !== "" }))
    .filter((entry) => entry.at >= 0 || entry.numbered);
  ranked.sort((a, b) => Number(a.at !== 0) - Number(b.at !== 0) || a.person.name.localeCompare(b.person.name, "zh-CN"));
  return ranked.slice(0, limit).map((entry) => entry.person);
}

function place(name: string, wanted: string): number {
  const at = name.toLowerCase().indexOf(wanted);
  return at >= 0 ? at : soundAt(name, wanted);
}

/** Who of those picked is still named in the text, each once. */
export function stillNamed(text: string, picked: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [member, name] of picked) if (text.includes(`@${name}`)) found.push(member);
  return found.slice(0, MENTIONS_MAX);
}

/** How everyone is named in a text, in either language. */
export const EVERYONE = ["所有人", "everyone"] as const;
