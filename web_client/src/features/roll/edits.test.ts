import { describe, expect, it } from "vitest";

import { editOf, type MemberForm } from "./edits";

const BEFORE: MemberForm = { name: "曹玉兰", number: "QH0002", class: "full", groups: ["a", "b"], personal: { phone: "199", mail: "" } };

describe("what of a form is a change", () => {
  it("is nothing when all stayed, whatever the order of groups and blanks around", () => {
    expect(editOf(BEFORE, { ...BEFORE, name: " 曹玉兰 ", groups: ["b", "a"] })).toEqual({});
  });

  it("is each field that differs", () => {
    expect(editOf(BEFORE, { ...BEFORE, name: "曹玉蓝", number: "QH9", class: "probationary", groups: ["b"] })).toEqual({
      name: "曹玉蓝",
      number: "QH9",
      class: "probationary",
      groups: ["b"],
    });
  });

  it("erases a personal field that was emptied and sets one that was filled", () => {
    expect(editOf(BEFORE, { ...BEFORE, personal: { phone: " ", mail: "a@example.org" } })).toEqual({ phone: "", mail: "a@example.org" });
  });

  it("leaves personal fields alone that were never opened", () => {
    expect(editOf({ ...BEFORE, personal: {} }, { ...BEFORE, personal: {} })).toEqual({});
  });
});
