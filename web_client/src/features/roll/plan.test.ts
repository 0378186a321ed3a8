import { describe, expect, it } from "vitest";

import { type Fault, faultKinds, faultsByRow, faultText } from "./plan";

const fault = (row: number, code: string): Fault => ({
  row,
  column: "手机号",
  code,
  zh: `第${String(row)}行`,
  en: `Row ${String(row)}`,
});
const FAULTS = [fault(20, "PHONE"), fault(5, "DATE"), fault(20, "DATE"), fault(9, "DATE")];

describe("faults of a trial run", () => {
  it("counts each kind, most frequent first", () => {
    expect(faultKinds(FAULTS)).toEqual([
      { code: "DATE", count: 3 },
      { code: "PHONE", count: 1 },
    ]);
    expect(faultKinds([])).toEqual([]);
  });

  it("gathers them by row in the order of the file", () => {
    expect(faultsByRow(FAULTS).map((group) => [group.row, group.faults.length])).toEqual([
      [5, 1],
      [9, 1],
      [20, 2],
    ]);
  });

  it("narrows to one kind", () => {
    expect(faultsByRow(FAULTS, "PHONE").map((group) => group.row)).toEqual([20]);
    expect(faultsByRow(FAULTS, "OTHER")).toEqual([]);
  });

  it("speaks the language of the reader", () => {
    expect(faultText(fault(3, "DATE"), "zh-CN")).toBe("第3行");
    expect(faultText(fault(3, "DATE"), "en")).toBe("Row 3");
  });
});
