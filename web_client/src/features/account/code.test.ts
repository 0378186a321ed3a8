import { describe, expect, it } from "vitest";

import { codeFromFragment, fieldCode, groupsOf, isOtp, otpFromText, printedCode } from "./code";

describe("one-time codes", () => {
  it.each([
    ["123456", "123456"],
    ["１２３４５６", "123456"],
    [" 123 456 ", "123456"],
    ["123-456", "123456"],
    ["１２３　４５６", "123456"],
    ["验证码:407193,请勿转发", "407193"],
    ["1234567", "123456"],
    ["abc", ""],
    ["", ""],
  ])("reads %j as %j", (text, code) => {
    expect(otpFromText(text)).toBe(code);
  });

  it("is complete with six digits only", () => {
    expect(isOtp("407193")).toBe(true);
    expect(isOtp("40719")).toBe(false);
    expect(isOtp("40719x")).toBe(false);
  });
});

describe("printed codes", () => {
  it.each([
    ["abcd-efgh", "ABCDEFGH"],
    ["ａｂｃｄ－ｅｆｇｈ", "ABCDEFGH"],
    [" AB CD\tEF\n", "ABCDEF"],
    ["ＡＢ１２", "AB12"],
    ["——", ""],
    ["oO iI lL", "001111"],
  ])("reads %j as %j", (text, code) => {
    expect(printedCode(text)).toBe(code);
  });

  it("cuts a code into groups for reading", () => {
    expect(groupsOf("ABCDEFGHIJ", 4)).toEqual(["ABCD", "EFGH", "IJ"]);
    expect(groupsOf("", 4)).toEqual([]);
    expect(() => groupsOf("A", 0)).toThrow(RangeError);
  });

  it("stands in a field in groups of four, as far as it can reach", () => {
    expect(fieldCode("abcd-efgh-j", 28)).toBe("ABCD EFGH J");
    expect(fieldCode("ABCDEFGHJK", 8)).toBe("ABCD EFGH");
    expect(fieldCode("", 8)).toBe("");
  });

  it("takes the code out of the fragment, whatever a mail program did to it", () => {
    expect(codeFromFragment("#ABCD-EFGH")).toBe("ABCDEFGH");
    expect(codeFromFragment("#abcd%2Defgh")).toBe("ABCDEFGH");
    expect(codeFromFragment("#AB%")).toBe("AB");
    expect(codeFromFragment("")).toBe("");
  });
});
