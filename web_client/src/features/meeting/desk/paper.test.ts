import { describe, expect, it } from "vitest";

import type { PaperLineShown } from "@/protocol/meeting";

import { MARKS_MAX, portions, sumsOf } from "./paper";

const line = (row: number, verdict: PaperLineShown["verdict"], more: Partial<PaperLineShown> = {}): PaperLineShown => ({ row, name: `某${String(row)}`, verdict, member: `m${String(row)}`, status: verdict === "mark" ? "on_time" : null, at_ms: null, late_ms: 0, ...more });

describe("a read paper", () => {
  it("says how many are marked, present, missing, and shows the rest to a person", () => {
    const sums = sumsOf([line(3, "mark"), line(4, "same"), line(5, "not_here"), line(6, "several", { member: null }), line(7, "differs"), line(8, "unclear_time")]);
    expect(sums.mark.map((one) => one.row)).toEqual([3]);
    expect([sums.same, sums.notHere]).toEqual([1, 1]);
    expect(sums.look.map((one) => one.row)).toEqual([6, 7, 8]);
  });

  it("goes out in portions that one command takes, nobody twice and nobody left out", () => {
    const lines = Array.from({ length: 2 * MARKS_MAX + 3 }, (_, at) => line(at, "mark"));
    const sent = portions(lines);
    expect(sent.map((portion) => portion.length)).toEqual([MARKS_MAX, MARKS_MAX, 3]);
    expect(sent.flat().map((mark) => mark.member)).toEqual(lines.map((one) => one.member));
    expect(portions([])).toEqual([]);
  });
});
