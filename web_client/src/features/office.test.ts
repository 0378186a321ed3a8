import { describe, expect, it } from "vitest";

import { FEATURES } from "./index";
import { officeFor } from "./office";

const names = (...held: string[]): string[] => officeFor((word) => held.includes(word)).map((page) => page.route);

describe("pages for officers", () => {
  it("are none for a plain member", () => {
    expect(names()).toEqual([]);
    expect(names("chat.pin")).toEqual([]);
  });

  it("follow what each officer may do", () => {
    expect(names("branch.read_personal", "branch.manage_roll", "branch.issue_activation", "account.mfa_reset")).toEqual([
      "roll.list",
      "roll.import",
      "roll.resets",
    ]);
    expect(names("branch.read_audit", "account.mfa_reset")).toEqual(["roll.resets", "audit.list"]);
    expect(names("branch.manage_units")).toEqual(["units.tree"]);
    expect(names("branch.manage_roles", "bot.manage")).toEqual(["roll.list", "roll.roles", "roll.tokens"]);
  });

  it("stand below the frame of the roll and say which of them they are", () => {
    const routes = FEATURES.flatMap((feature) => feature.routes.flatMap((route) => [route, ...(route.children ?? [])]));
    for (const { route } of FEATURES.flatMap((feature) => feature.office ?? [])) {
      const found = routes.find((one) => one.name === route);
      expect(found?.meta?.office, route).toBe(route);
      expect(found?.meta?.tab ?? route.split(".")[0], route).toBe("roll");
    }
  });
});
