import { describe, expect, it } from "vitest";

import { clashes } from "./separation";

const RULES = [
  { one: "oversight", other: "secretary" },
  { one: "oversight", other: "organizer" },
];

describe("roles one person may not hold together", () => {
  it("are found in both directions", () => {
    expect(clashes("oversight", ["organizer", "helper"], RULES)).toEqual(["organizer"]);
    expect(clashes("secretary", ["oversight"], RULES)).toEqual(["oversight"]);
  });

  it("leave other roles alone", () => {
    expect(clashes("organizer", ["secretary"], RULES)).toEqual([]);
    expect(clashes("oversight", [], RULES)).toEqual([]);
  });
});
