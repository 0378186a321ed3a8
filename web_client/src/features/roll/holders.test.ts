import { describe, expect, it } from "vitest";

import type { Person, RoleWord, Title } from "./api";
import { holdersByRole } from "./holders";

const role = (word: string): RoleWord => ({ role: word, title: { zh: word, en: word }, capabilities: [] });
const title = (word: string, hold: string): Title => ({ hold, role: word, unit: "u", title: { zh: word, en: word } });
const person = (member: string, titles: Title[]): Person => ({
  member, number: member, name: member, branch: "u", groups: [], class: "full", titles, active: true, account: null,
});

describe("holders of roles", () => {
  it("lists every role with those who hold it, a person once per post", () => {
    const people = [person("a", [title("chair", "1"), title("chair", "2")]), person("b", [title("clerk", "3")])];
    const rows = holdersByRole([role("clerk"), role("chair"), role("free")], people);
    expect(rows.map((row) => [row.role.role, row.holders.map((holder) => holder.title.hold)])).toEqual([
      ["clerk", ["3"]],
      ["chair", ["1", "2"]],
      ["free", []],
    ]);
  });
});
