import { describe, expect, it } from "vitest";

import { ownProblem, problemFrom } from "@/connection/problem";

import type { Person } from "../api";
import { forEnding, forLetters, forMoving, groupsAfter, oneByOne } from "./bulk";

const person = (member: string, groups: string[] = [], more: Partial<Person> = {}): Person => ({
  member, groups, number: member, name: member, branch: "b", class: "full", titles: [], active: true, account: "none", ...more,
});
const names = (people: readonly Person[]): string => people.map((one) => one.member).join();
const held = (status: number): unknown => problemFrom({ code: 2107, key: "LAST_SECRETARY", message: { zh: "最后一位", en: "last" } }, status);

describe("whom it will happen to", () => {
  const people = [person("me"), person("in", ["a"]), person("both", ["a", "b"]), person("gone", ["a"], { active: false })];

  it("leaves out those who left, and oneself where it hurts", () => {
    expect(names(forLetters(people).will)).toBe("me,in,both");
    expect(names(forEnding(people, "me").will)).toBe("in,both");
    expect(names(forEnding(people, "me").not)).toBe("me,gone");
  });

  it("moves those for whom something changes", () => {
    expect(names(forMoving(people, "a", false).will)).toBe("me,both");
    expect(names(forMoving(people, "a", true).will)).toBe("me");
    expect(names(forMoving(people, "", false).will)).toBe("in,both");
    expect(names(forMoving(people, "", true).will)).toBe("");
  });

  it("knows where they will be", () => {
    expect(groupsAfter(person("x", ["a"]), "b", false)).toEqual(["b"]);
    expect(groupsAfter(person("x", ["a"]), "b", true)).toEqual(["a", "b"]);
    expect(groupsAfter(person("x", ["a", "b"]), "b", true)).toEqual(["a", "b"]);
    expect(groupsAfter(person("x", ["a"]), "", false)).toEqual([]);
  });
});

describe("one by one", () => {
  const people = [person("1"), person("2"), person("3")];

  it("goes on after a refusal about one of them", async () => {
    const [acted, steps] = [[] as string[], [] as number[]];
    const outcome = await oneByOne(
      people,
      (one) => {
        acted.push(one.member);
        return one.member === "2" ? Promise.reject(held(409) as Error) : Promise.resolve();
      },
      (at) => steps.push(at),
    );
    expect([acted, steps]).toEqual([["1", "2", "3"], [1, 2, 3]]);
    expect(outcome.done).toBe(2);
    expect(outcome.refused.map((one) => [one.person.member, one.problem.text("zh-CN")])).toEqual([["2", "最后一位"]]);
  });

  it("stops at what concerns them all", async () => {
    const acted: string[] = [];
    const run = oneByOne(
      people,
      (one) => {
        acted.push(one.member);
        return one.member === "2" ? Promise.reject(ownProblem("NETWORK")) : Promise.resolve();
      },
      () => undefined,
    );
    await expect(run).rejects.toThrow("NETWORK");
    expect(acted).toEqual(["1", "2"]);
  });
});
