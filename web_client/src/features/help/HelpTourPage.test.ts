import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { i18n, setLocale } from "@/i18n";

import contents from "./contents.json";
import HelpTourPage from "./HelpTourPage.vue";

const replace = vi.fn();
vi.mock("vue-router", () => ({ useRouter: () => ({ replace }) }));

let wrapper: VueWrapper;
const press = async (text: string): Promise<void> => {
  await wrapper.findAll("button").find((button) => button.text() === text)?.trigger("click");
};

beforeEach(async () => {
  replace.mockClear();
  await setLocale("zh-CN");
  wrapper = mount(HelpTourPage, { attachTo: document.body, global: { plugins: [i18n], stubs: { RouterLink: true } } });
});
afterEach(() => {
  wrapper.unmount();
});

test("three steps, each read out, and then it begins", async () => {
  const seen = new Set<string>();
  while (seen.size < contents.tour.length) {
    seen.add(wrapper.get("h1").text());
    await press("下一步");
  }
  expect(seen.size).toBe(3);
  expect(document.activeElement).toBe(wrapper.get("h1").element);
  await press("开始使用");
  expect(replace).toHaveBeenCalledWith("/");
});

test("whoever knows it skips it", async () => {
  await press("跳过");
  expect(replace).toHaveBeenCalledWith("/");
});

test("one can go back", async () => {
  const first = wrapper.get("h1").text();
  await press("下一步");
  await press("上一步");
  expect(wrapper.get("h1").text()).toBe(first);
});
