import { describe, expect, it } from "vitest";

import { assign, fromColumns, type Mapping, missingFields, sameMapping, toColumns } from "./mapping";

const GUESS: Mapping = ["number", "name", null, "phone"];

describe("column mapping", () => {
  it("comes from the server and goes back", () => {
    const columns = { number: 0, name: 1, phone: 3 };
    expect(fromColumns(columns, 4)).toEqual(GUESS);
    expect(toColumns(GUESS)).toEqual(columns);
    expect(fromColumns({ name: 9, phone: -1 }, 2)).toEqual([null, null]);
  });

  it("gives a column a field", () => {
    expect(assign(GUESS, 2, "group")).toEqual(["number", "name", "group", "phone"]);
  });

  it("takes a field away from the column that had it", () => {
    expect(assign(GUESS, 2, "phone")).toEqual(["number", "name", "phone", null]);
  });

  it("leaves a column out, and several at once", () => {
    expect(assign(assign(GUESS, 0, null), 1, null)).toEqual([null, null, null, "phone"]);
  });

  it("does not change what it was given", () => {
    assign(GUESS, 0, "phone");
    expect(GUESS).toEqual(["number", "name", null, "phone"]);
  });

  it("names the needed fields no column carries", () => {
    expect(missingFields(GUESS)).toEqual([]);
    expect(missingFields(assign(GUESS, 1, null))).toEqual(["name"]);
  });

  it("knows when nothing changed", () => {
    expect(sameMapping(GUESS, [...GUESS])).toBe(true);
    expect(sameMapping(GUESS, assign(GUESS, 2, "group"))).toBe(false);
    expect(sameMapping(GUESS, GUESS.slice(1))).toBe(false);
  });
});
