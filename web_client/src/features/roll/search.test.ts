import { describe, expect, it } from "vitest";

import { listen } from "@/pinyin/sound";

import { comparable, findPeople } from "./search";

const PEOPLE = [
  { name: "赵 立 新", number: "QH0013" },
  { name: "𠮷田红", number: "QH0021" },
  { name: "左宁", number: "QH0039" },
];

describe("search in the roll", () => {
  it("finds by part of a name, blind to spaces", () => {
    expect(findPeople(PEOPLE, "立新")).toEqual([PEOPLE[0]]);
    expect(findPeople(PEOPLE, " 赵立新 ")).toEqual([PEOPLE[0]]);
  });

  it("finds rare characters and full-width numbers", () => {
    expect(findPeople(PEOPLE, "𠮷")).toEqual([PEOPLE[1]]);
    expect(findPeople(PEOPLE, "ｑｈ００３９")).toEqual([PEOPLE[2]]);
  });

  it("shows everybody without a text and nobody when nothing fits", () => {
    expect(findPeople(PEOPLE, "  ")).toBe(PEOPLE);
    expect(findPeople(PEOPLE, "林")).toEqual([]);
  });

  it("finds by the sound of a name", async () => {
    await listen();
    expect(findPeople(PEOPLE, "zlx")).toEqual([PEOPLE[0]]);
    expect(findPeople(PEOPLE, "zuon")).toEqual([PEOPLE[2]]);
  });

  it("compares without regard to width and case", () => {
    expect(comparable("Ａb　1")).toBe("ab1");
  });
});
