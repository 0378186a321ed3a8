import type { ChatPerson } from "@/protocol/chat";

/** One line of the list of people: a group with its figures, or somebody. */
export type PeopleRow = { kind: "group"; key: string; name: string; count: number; here: number } | { kind: "person"; key: string; person: ChatPerson };

/**
 * The people of a room, those who are here now first; by group when there are groups, in the groups' order, last whoever is in none.
 * Whoever is in several groups stands in each. Pure.
 */
export function peopleRows(people: readonly ChatPerson[], groups: readonly string[], isHere: (person: ChatPerson) => boolean): PeopleRow[] {
  const ordered = [...people].sort((a, b) => Number(isHere(b)) - Number(isHere(a)));
  const rowsOf = (group: string, members: ChatPerson[]): PeopleRow[] => members.map((person) => ({ kind: "person", key: `${group} ${person.member}`, person }));
  if (groups.length === 0) return rowsOf("", ordered);
  const known = new Set(groups);
  const sections = groups.map((group) => [group, ordered.filter((person) => person.groups.includes(group))] as const);
  const rest = ordered.filter((person) => !person.groups.some((group) => known.has(group)));
  return [...sections, ["", rest] as const].flatMap(([group, members]): PeopleRow[] =>
    members.length === 0 ? [] : [{ kind: "group", key: `g ${group}`, name: group, count: members.length, here: members.filter(isHere).length }, ...rowsOf(group, members)],
  );
}
