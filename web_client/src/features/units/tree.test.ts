import { describe, expect, it } from "vitest";

import type { Person, Unit } from "@/features/roll/contract";

import { countIn, countWithout, heldBy, nextOrder, treeOf } from "./tree";

const unit = (id: string, kind: Unit["kind"], parent: string | null, order = 0): Unit => ({ unit: id, kind, parent, order, name: id });

const person = (member: string, groups: string[], more: Partial<Person> = {}): Person => ({
  member, groups, number: member, name: member, branch: "root", class: "full", titles: [], active: true, account: null, ...more,
});

describe("the tree of units", () => {
  it("draws branches depth first, in their order, with their groups", () => {
    const units = [
      unit("late", "branch", "root", 2), unit("root", "branch", null), unit("early", "branch", "root", 1), unit("deep", "branch", "early"),
      unit("g2", "group", "early", 2), unit("g1", "group", "early", 1), unit("g0", "group", "root"),
    ];
    const drawn = treeOf(units).map((node) => [node.branch.unit, node.depth, node.groups.map((group) => group.unit).join(), node.above]);
    expect(drawn).toEqual([
      ["root", 0, "g0", true],
      ["early", 1, "g1,g2", true],
      ["deep", 2, "", false],
      ["late", 1, "", false],
    ]);
  });

  it("leaves nobody out whose parent is not to be seen", () => {
    expect(treeOf([unit("b", "branch", "elsewhere")]).map((node) => node.branch.unit)).toEqual(["b"]);
    expect(treeOf([])).toEqual([]);
  });

  it("counts who is there, not who left", () => {
    const people = [person("1", ["a"]), person("2", ["a", "b"]), person("3", []), person("4", ["a"], { active: false }), person("5", [], { active: false })];
    expect([countIn(people, "a"), countIn(people, "b"), countIn(people, "c"), countWithout(people)]).toEqual([2, 1, 0, 1]);
  });

  it("puts new groups last", () => {
    expect(nextOrder([])).toBe(1);
    expect(nextOrder([unit("a", "group", "r", 4), unit("b", "group", "r", 2)])).toBe(5);
    expect(nextOrder([unit("a", "group", "r", 9_999)])).toBe(9_999);
  });

  it("knows where somebody holds a role", () => {
    const titles = [{ hold: "h", role: "secretary", unit: "root", title: { zh: "书记", en: "Secretary" } }];
    expect([...heldBy([person("1", [], { titles })], "1")]).toEqual(["root"]);
    expect(heldBy([person("1", [], { titles })], "2").size).toBe(0);
  });
});
