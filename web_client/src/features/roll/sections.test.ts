import { describe, expect, it } from "vitest";

import { sectionsFor } from "./sections";

const names = (...held: string[]): string[] => sectionsFor((word) => held.includes(word)).map((section) => section.name);

describe("pages for officers", () => {
  it("are none for a plain member", () => {
    expect(names()).toEqual([]);
    expect(names("chat.pin")).toEqual([]);
  });

  it("follow what each officer may do", () => {
    expect(names("branch.read_personal", "branch.manage_roll", "branch.issue_activation", "account.mfa_reset")).toEqual(["list", "import", "resets"]);
    expect(names("branch.read_audit", "account.mfa_reset")).toEqual(["resets"]);
    expect(names("branch.manage_roles", "bot.manage")).toEqual(["list", "roles", "tokens"]);
  });
});
