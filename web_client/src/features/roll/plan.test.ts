import { describe, expect, it } from "vitest";

import { answerRow, columnLetters, type Fault, faultsByRow, type Level, levelCounts } from "./plan";

const fault = (row: number, level: Level): Fault => ({ row, column: 5, code: "x", level, zh: "一", en: "one", candidates: [] });
const FAULTS = [fault(20, "held"), fault(5, "note"), fault(20, "note"), fault(9, "note"), fault(3, "skip")];

describe("faults of a trial run", () => {
  it("are counted by level", () => {
    expect(levelCounts(FAULTS)).toEqual({ held: 1, ask: 0, note: 3, skip: 1 });
  });

  it("are gathered by row in the order of the file", () => {
    expect(faultsByRow(FAULTS).map((group) => [group.row, group.faults.length])).toEqual([
      [3, 1],
      [5, 1],
      [9, 1],
      [20, 2],
    ]);
  });

  it("are narrowed to one level", () => {
    expect(faultsByRow(FAULTS, "held").map((group) => group.row)).toEqual([20]);
    expect(faultsByRow(FAULTS, "ask")).toEqual([]);
  });
});

describe("column names", () => {
  it.each([
    [0, "A"],
    [25, "Z"],
    [26, "AA"],
    [51, "AZ"],
    [701, "ZZ"],
    [702, "AAA"],
  ])("column %d is %s", (column, letters) => {
    expect(columnLetters(column)).toBe(letters);
  });
});

describe("answers to open questions", () => {
  it("are set, replaced and taken back without changing what was given", () => {
    const one = answerRow({}, 7, "new");
    expect(one).toEqual({ 7: "new" });
    const two = answerRow(answerRow(one, 9, "skip"), 7, "skip");
    expect(two).toEqual({ 7: "skip", 9: "skip" });
    expect(answerRow(two, 7, null)).toEqual({ 9: "skip" });
    expect(one).toEqual({ 7: "new" });
  });
});
