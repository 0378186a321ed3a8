import { mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it } from "vitest";

import { i18n, setLocale } from "@/i18n";

import AccountCodeField from "./AccountCodeField.vue";

beforeEach(() => setLocale("zh-CN"));

const field = (modelValue = "") => mount(AccountCodeField, { props: { modelValue, label: "激活码", length: 8 }, global: { plugins: [i18n] } });

describe("field for a printed code", () => {
  it("forms groups at the end of the text and holds letters and digits only", async () => {
    const wrapper = field();
    await wrapper.get("textarea").setValue("8h2k-o");
    expect(wrapper.emitted("update:modelValue")?.at(-1)).toEqual(["8H2K0"]);
    expect(wrapper.get("textarea").element.value).toBe("8H2K 0");
  });

  it("leaves the text alone while somebody mends its middle, and tidies it afterwards", async () => {
    const wrapper = field();
    const { element } = wrapper.get("textarea");
    element.value = "8H9K 0AB";
    element.setSelectionRange(3, 3);
    await wrapper.get("textarea").trigger("input");
    expect(element.value).toBe("8H9K 0AB");
    await wrapper.setProps({ modelValue: "8H9K0AB" });
    await wrapper.get("textarea").trigger("blur");
    expect(element.value).toBe("8H9K 0AB");
  });

  it("counts and stops at its length", async () => {
    const wrapper = field("8H2K9ABC");
    expect(wrapper.text()).toContain("8 / 8");
    await wrapper.get("textarea").setValue("8H2K 9ABC DDDD");
    expect(wrapper.emitted("update:modelValue")).toBeUndefined();
    expect(wrapper.get("textarea").element.value).toBe("8H2K 9ABC");
  });
});
