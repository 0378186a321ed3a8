import { describe, expect, it } from "vitest";

import type { Person, RoleWord } from "./api";
import { ofStatus, type Status, statusesFor } from "./statuses";

const both = { zh: "x", en: "x" };
const ROLES: RoleWord[] = [
  { role: "secretary", title: both, capabilities: [both] },
  { role: "observer", title: both, capabilities: [] },
];
const titled = (role: string) => [{ hold: role, role, unit: "b", title: both }];
const person = (member: string, more: Partial<Person>): Person => ({
  member, number: member, name: member, branch: "b", groups: [], class: "full", titles: [], active: true, account: "active", ...more,
});
const PEOPLE = [
  person("lead", { titles: titled("secretary") }),
  person("guest", { titles: titled("observer") }),
  person("new", { account: "none" }),
  person("told", { account: "code" }),
  person("gone", { active: false, account: "none", titles: titled("secretary") }),
];

describe("narrowing the roll", () => {
  it.each<[Status, string[]]>([
    ["here", ["lead", "guest", "new", "told"]],
    ["none", ["new"]],
    ["code", ["told"]],
    ["officers", ["lead"]],
    ["left", ["gone"]],
  ])("%s", (status, names) => {
    expect(ofStatus(PEOPLE, status, ROLES).map((one) => one.member)).toEqual(names);
  });

  it("offers what the reader can know", () => {
    const offered = (...held: string[]): readonly Status[] => statusesFor((word) => held.includes(word));
    expect(offered()).toEqual(["here", "officers"]);
    expect(offered("branch.issue_activation")).toEqual(["here", "none", "code", "officers"]);
    expect(offered("branch.manage_roll")).toEqual(["here", "officers", "left"]);
  });
});
