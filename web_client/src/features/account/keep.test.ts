import { describe, expect, it, vi } from "vitest";

import { codesText, offerFile } from "./keep";

describe("recovery codes as a text", () => {
  it("numbers each code and leaves a place to tick it off", () => {
    const text = codesText(["AAAA-BBBB", "CCCC-DDDD"], { title: "恢复码", advice: "每个只能用一次" });
    expect(text.split("\r\n")).toEqual(["恢复码", "每个只能用一次", "", "1. AAAA-BBBB   [ ]", "2. CCCC-DDDD   [ ]", ""]);
  });

  it("keeps the numbers in one column", () => {
    const lines = codesText(Array.from({ length: 10 }, () => "X"), { title: "", advice: "" }).split("\r\n");
    expect(lines[3]).toBe(" 1. X   [ ]");
    expect(lines[12]).toBe("10. X   [ ]");
  });
});

describe("offering a file", () => {
  it("names it and frees the memory afterwards", () => {
    const freed = vi.spyOn(URL, "revokeObjectURL");
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    offerFile("恢复码.txt", "一");
    expect(clicked).toHaveBeenCalledOnce();
    expect((clicked.mock.contexts[0] as HTMLAnchorElement).download).toBe("恢复码.txt");
    expect(freed).toHaveBeenCalledOnce();
  });
});
