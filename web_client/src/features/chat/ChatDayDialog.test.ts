import { createPinia, setActivePinia } from "pinia";
import { mount } from "@vue/test-utils";
import { nextTick } from "vue";
import { beforeEach, expect, test } from "vitest";

import { i18n, setLocale } from "@/i18n";
import { dayStartMs } from "@/i18n/format";
import { useLive } from "@/live/live";

import ChatDayDialog from "./ChatDayDialog.vue";

beforeEach(async () => {
  document.body.innerHTML = "";
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  useLive().nowMs = () => dayStartMs("2026-07-20") + 1_000;
});

async function open() {
  const wrapper = mount(ChatDayDialog, { props: { modelValue: "2026-07-18" }, global: { plugins: [i18n] }, attachTo: document.body });
  await nextTick();
  const field = document.querySelector<HTMLInputElement>("input[type=date]");
  const form = document.querySelector("form");
  if (field === null || form === null) throw new Error("no field");
  return { wrapper, field, form };
}

test("the calendar begins with the day that was pressed and ends today", async () => {
  const { wrapper, field, form } = await open();
  expect([field.value, field.max]).toEqual(["2026-07-18", "2026-07-20"]);
  field.value = "2026-06-30";
  field.dispatchEvent(new Event("input"));
  form.dispatchEvent(new Event("submit"));
  expect(wrapper.emitted("choose")).toEqual([["2026-06-30"]]);
  expect(wrapper.emitted("update:modelValue")).toEqual([[null]]);
});

test("without a day nothing is chosen", async () => {
  const { wrapper, field, form } = await open();
  field.value = "";
  field.dispatchEvent(new Event("input"));
  form.dispatchEvent(new Event("submit"));
  expect(wrapper.emitted("choose")).toBeUndefined();
});
