import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";

import AccountOtpField from "./AccountOtpField.vue";

const field = () => mount(AccountOtpField, { props: { modelValue: "", label: "口令" } });

describe("field for six digits", () => {
  it("is one real input that browsers fill by themselves, with its label", () => {
    const input = field().get("input");
    expect(input.attributes("autocomplete")).toBe("one-time-code");
    expect(input.attributes("inputmode")).toBe("numeric");
    expect(field().get("label").text()).toBe("口令");
  });

  it("takes full-width digits and says once that all six are there", async () => {
    const wrapper = field();
    await wrapper.get("input").setValue("１２３");
    expect(wrapper.emitted("update:modelValue")?.at(-1)).toEqual(["123"]);
    expect(wrapper.emitted("complete")).toBeUndefined();
    await wrapper.get("input").setValue("１２３ ４５６");
    expect(wrapper.emitted("complete")).toEqual([["123456"]]);
  });

  it("waits while an input method is composing", async () => {
    const wrapper = field();
    const input = wrapper.get("input");
    (input.element as HTMLInputElement).value = "yi";
    input.element.dispatchEvent(new InputEvent("input", { isComposing: true }));
    expect(wrapper.emitted("update:modelValue")).toBeUndefined();
    (input.element as HTMLInputElement).value = "1";
    await input.trigger("compositionend");
    expect(wrapper.emitted("update:modelValue")).toEqual([["1"]]);
  });

  it("takes a pasted message with a code in it", () => {
    const wrapper = field();
    const paste = new Event("paste", { cancelable: true }) as ClipboardEvent;
    Object.assign(paste, { clipboardData: { getData: () => "动态口令 407 193" } });
    wrapper.get("input").element.dispatchEvent(paste);
    expect(paste.defaultPrevented).toBe(true);
    expect(wrapper.emitted("complete")).toEqual([["407193"]]);
  });
});
