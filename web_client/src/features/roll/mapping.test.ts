import { describe, expect, it } from "vitest";

import { assign, leftOut, type Mapping, missingFields, sameMapping } from "./mapping";

const GUESS: Mapping = ["number", "name", null, "phone"];
const RULES = [
  { field: "name", required: true },
  { field: "group", required: true },
  { field: "phone", required: false },
];

describe("column mapping", () => {
  it("gives a column a field", () => {
    expect(assign(GUESS, 2, "group")).toEqual(["number", "name", "group", "phone"]);
  });

  it("takes a field away from the column that had it", () => {
    expect(assign(GUESS, 2, "phone")).toEqual(["number", "name", "phone", null]);
  });

  it("leaves a column out, and several at once", () => {
    const one = assign(GUESS, 0, null);
    expect(one).toEqual([null, "name", null, "phone"]);
    expect(leftOut(one)).toEqual([0, 2]);
  });

  it("does not change what it was given", () => {
    assign(GUESS, 0, "phone");
    expect(GUESS).toEqual(["number", "name", null, "phone"]);
  });

  it("names the required fields no column carries", () => {
    expect(missingFields(GUESS, RULES)).toEqual(["group"]);
    expect(missingFields(assign(GUESS, 2, "group"), RULES)).toEqual([]);
  });

  it("knows when nothing changed", () => {
    expect(sameMapping(GUESS, [...GUESS])).toBe(true);
    expect(sameMapping(GUESS, assign(GUESS, 2, "group"))).toBe(false);
    expect(sameMapping(GUESS, GUESS.slice(1))).toBe(false);
  });
});
