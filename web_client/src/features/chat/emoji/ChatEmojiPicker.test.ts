import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";

import { i18n, setLocale } from "@/i18n";

import ChatEmojiPicker from "./ChatEmojiPicker.vue";

let wrapper: VueWrapper;

beforeEach(async () => {
  await setLocale("zh-CN");
  wrapper = mount(ChatEmojiPicker, { global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
});

afterEach(() => {
  wrapper.unmount();
});

const dialog = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>("[role=dialog]");
  if (found === null) throw new Error("not open");
  return found;
};
const grid = (): HTMLButtonElement[] => [...dialog().querySelectorAll<HTMLButtonElement>("section button")];

async function search(text: string): Promise<void> {
  const field = dialog().querySelector("input");
  if (field === null) throw new Error("no search");
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await flushPromises();
}

test("every emoji has a name, and only one of them is in the tab order", () => {
  expect(grid().every((button) => (button.getAttribute("aria-label") ?? "") !== "")).toBe(true);
  expect(grid().filter((button) => button.tabIndex === 0)).toHaveLength(1);
});

test("a searched one is picked with Enter, and the picker closes", async () => {
  await search("guzhang");
  expect(grid().map((button) => button.getAttribute("aria-label"))).toContain("鼓掌");
  await search("鼓掌");
  dialog().querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(wrapper.emitted("pick")).toEqual([["👏"]]);
  expect(wrapper.emitted("close")).toHaveLength(1);
});

test("what is not there is said", async () => {
  await search("xyzxyz");
  expect(dialog().textContent).toContain("没有找到");
});

test("arrows move the focus, and the place stays in the tab order", async () => {
  grid()[0]?.focus();
  grid()[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  await flushPromises();
  expect(document.activeElement).toBe(grid()[1]);
  expect(grid()[1]?.tabIndex).toBe(0);
});
