import { describe, expect, it } from "vitest";

import type { MeetingCounts, MeetingRule } from "@/protocol/meeting";

import { minuteOfDay } from "./plan_time";
import { needed, presentFor } from "./quorum";
import { merged } from "./reduce";
import { digitsOf, minutes, span } from "./words";

describe("what people type and read", () => {
  it("takes digits however they are written", () => {
    expect(digitsOf("１２３ 456")).toBe("123456");
    expect(digitsOf("12-34-56-78")).toBe("123456");
  });

  it("shows spans as a clock", () => {
    expect([span(-5), span(1), span(65_000), span(3_725_000)]).toEqual(["00:00", "00:01", "01:05", "1:02:05"]);
    expect(minutes(60_001)).toBe(2);
  });

  it("reads times of fields", () => {
    expect(minuteOfDay("19:30")).toBe(19.5 * 3_600_000);
    expect(minuteOfDay("soon")).toBeNaN();
  });
});

describe("quorum", () => {
  const counts = { expected: 42, entitled: 42, present: 30, present_entitled: 29 } as MeetingCounts;
  const rule = (base: "roll" | "entitled", num: number, den: number, op: ">" | ">="): MeetingRule => ({
    key: "r", title: { zh: "", en: "" }, quorum: { base, num, den, op }, decision: { base, num, den, op }, forms: [], written_opinion: false, one_per_person: false,
  });

  it("counts as the server does", () => {
    expect(needed(rule("entitled", 1, 2, ">"), counts)).toBe(22);
    expect(needed(rule("entitled", 1, 2, ">="), counts)).toBe(21);
    expect(needed(rule("roll", 2, 3, ">="), counts)).toBe(28);
    expect(needed({ ...rule("roll", 1, 2, ">"), quorum: null }, counts)).toBe(0);
    expect([presentFor(rule("roll", 1, 2, ">"), counts), presentFor(rule("entitled", 1, 2, ">"), counts)]).toEqual([30, 29]);
  });
});

describe("keyed lists", () => {
  it("put, remove and order", () => {
    const now = [{ id: "a", order: 2 }, { id: "b", order: 1 }];
    expect(merged(now, [{ id: "c", order: 0 }, { id: "a", order: 3 }], ["b"])).toEqual([{ id: "c", order: 0 }, { id: "a", order: 3 }]);
    expect(merged(now, [], [])).toEqual([{ id: "b", order: 1 }, { id: "a", order: 2 }]);
  });
});
