/** The tree of units in the order it is drawn, and how many people are where. */

import type { Person, Unit } from "@/features/roll/contract";

export interface BranchNode {
  readonly branch: Unit;
  /** 0 for the root. */
  readonly depth: number;
  readonly groups: readonly Unit[];
  /** Branches stand below it. */
  readonly above: boolean;
}

/** Branches depth first, siblings and groups in their order. Units whose parent is not among them stand at the root. */
export function treeOf(units: readonly Unit[]): readonly BranchNode[] {
  const known = new Set(units.map((one) => one.unit));
  const below = new Map<string | null, Unit[]>();
  for (const one of [...units].sort((a, b) => a.order - b.order || (a.unit < b.unit ? -1 : 1))) {
    const parent = one.parent !== null && known.has(one.parent) ? one.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), one]);
  }
  const from = (parent: string | null, depth: number): BranchNode[] =>
    (below.get(parent) ?? [])
      .filter((one) => one.kind === "branch")
      .flatMap((branch) => {
        const under = below.get(branch.unit) ?? [];
        const groups = under.filter((one) => one.kind === "group");
        return [{ branch, depth, groups, above: groups.length < under.length }, ...from(branch.unit, depth + 1)];
      });
  return from(null, 0);
}

/** Active people of a group among those of its branch. */
export function countIn(people: readonly Person[], group: string): number {
  return people.filter((person) => person.active && person.groups.includes(group)).length;
}

/** Active people in no group. */
export function countWithout(people: readonly Person[]): number {
  return people.filter((person) => person.active && person.groups.length === 0).length;
}

/** The place after the last of some siblings. */
export function nextOrder(siblings: readonly Unit[]): number {
  return Math.min(9_999, Math.max(0, ...siblings.map((one) => one.order)) + 1);
}

/** Units in which somebody holds a role. */
export function heldBy(people: readonly Person[], member: string): ReadonlySet<string> {
  return new Set(people.find((person) => person.member === member)?.titles.map((title) => title.unit) ?? []);
}
