// @vitest-environment node
import { describe, expect, test } from "vitest";

import { readingsOf, soundsLike } from "./match";
import { TABLE } from "./table";

const READINGS = readingsOf(TABLE);
const at = (name: string, query: string): number => soundsLike(name, query, READINGS);

describe("names by their sound", () => {
  test.each(["sjn", "songjn", "songjianing", "sjianing", "song jia ning", "song'jia'n", "SJN", "s"])("宋佳宁 is found by %s", (query) => {
    expect(at("宋佳宁", query)).toBe(0);
  });

  test.each([
    ["jn", 1],
    ["ning", 2],
    ["jian", 1],
  ])("a part that begins later is found, too: %s", (query, from) => {
    expect(at("宋佳宁", query)).toBe(from);
  });

  test.each(["sn", "sjna", "songning", "q", "宋", "", "  ", "s-j"])("%s is not how 宋佳宁 is typed", (query) => {
    expect(at("宋佳宁", query)).toBe(-1);
  });

  test("characters with several readings are found by each, surnames by theirs", () => {
    for (const [name, query] of [["单雄", "shanx"], ["单雄", "danx"], ["曾国", "zengguo"], ["仇英", "qiuying"], ["解缙", "xiej"], ["吕布", "lvb"], ["区一", "ouy"]] as const) {
      expect(at(name, query), `${name} ${query}`).toBe(0);
    }
  });

  test("names that stand in no everyday list are found", () => {
    expect(at("李喆", "lizhe")).toBe(0);
    expect(at("王堃", "wk")).toBe(0);
  });

  test("letters and figures stand for themselves; unknown characters are passed over by nothing", () => {
    expect(at("Anna 李", "annali")).toBe(0);
    expect(at("第2组", "d2z")).toBe(0);
    expect(at("𠮷田", "tian")).toBe(1);
    expect(at("𠮷田", "jtian")).toBe(-1);
  });

  test("a long name and a query that almost fits end quickly", () => {
    const began = performance.now();
    expect(at("长".repeat(60), `${"c".repeat(59)}b`)).toBe(-1);
    expect(at("啊".repeat(60), `${"a".repeat(60)}b`)).toBe(-1);
    expect(performance.now() - began).toBeLessThan(200);
  });

  test("the table holds every character of GB 2312 once per reading", () => {
    expect(READINGS.size).toBeGreaterThanOrEqual(6_763);
    for (const readings of READINGS.values()) expect(new Set(readings).size).toBe(readings.length);
  });
});
