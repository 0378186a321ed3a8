import { Problem } from "@/connection/problem";

import type { Person } from "../api";

/** What may be done with several people at once. */
export type Bulk = "letters" | "move" | "end";

/** Whom it will happen to, and who was chosen in vain. */
export interface Split {
  readonly will: readonly Person[];
  readonly not: readonly Person[];
}

const split = (people: readonly Person[], test: (person: Person) => boolean): Split => ({
  will: people.filter(test),
  not: people.filter((person) => !test(person)),
});

/** Letters are for those on the roll, also for those with an account: their code sets a new password. */
export const forLetters = (people: readonly Person[]): Split => split(people, (person) => person.active);

/** Nobody takes themselves off the roll. */
export const forEnding = (people: readonly Person[], self: string): Split => split(people, (person) => person.active && person.member !== self);

/** Where a person will be: in `group` (none when empty), with the groups of before when `keep`. */
export function groupsAfter(person: Person, group: string, keep: boolean): readonly string[] {
  const before = keep ? person.groups : [];
  return group === "" || before.includes(group) ? before : [...before, group];
}

/** Those for whom something changes. */
export function forMoving(people: readonly Person[], group: string, keep: boolean): Split {
  const wanted = (person: Person): string => [...groupsAfter(person, group, keep)].sort().join();
  return split(people, (person) => person.active && wanted(person) !== [...person.groups].sort().join());
}

export interface Outcome {
  readonly done: number;
  /** What the server said about somebody in particular. */
  readonly refused: readonly { person: Person; problem: Problem }[];
}

/**
 * One after the other. A refusal about one person holds no other back; what concerns all (no network, too fast, not
 * confirmed) is thrown, and those before it are done. `told` hears how many were looked at.
 */
export async function oneByOne(people: readonly Person[], act: (person: Person) => Promise<unknown>, told: (at: number) => void): Promise<Outcome> {
  const refused: { person: Person; problem: Problem }[] = [];
  for (const [index, person] of people.entries()) {
    try {
      await act(person);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.temporary) throw problem;
      refused.push({ person, problem });
    }
    told(index + 1);
  }
  return { done: people.length - refused.length, refused };
}
