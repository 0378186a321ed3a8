import { createPinia, setActivePinia } from "pinia";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { i18n, setLocale } from "@/i18n";

import TemplateBoard from "./TemplateBoard.vue";

const PART = { zh: "我们的叫法", en: "What we call things" };
const KIND = { zh: "党员大会", en: "General meeting" };
const BASES = [{ word: "entitled", text: { zh: "应到会有表决权", en: "entitled" } }];
const HALF = { base: "entitled", num: 1, den: 2, op: ">=" };
const plain = { least: 0, most: 60, choices: [] as unknown[], optional: false, unit: null as unknown };
const WORD = { ...plain, key: "word/unit", section: PART, label: { zh: "分支", en: "Branch" }, kind: "text", value: { zh: "支部", en: "branch" }, standard: { zh: "支部", en: "branch" } };
const LEAD = { ...plain, key: "meeting/general/lead", section: KIND, label: { zh: "提前通知", en: "Notice" }, kind: "count", value: 1, standard: 1, unit: { zh: "天", en: "days" } };
const QUORUM = { ...plain, key: "meeting/general/general/quorum", section: KIND, label: { zh: "到会要求", en: "Quorum" }, kind: "share", value: HALF, standard: HALF, choices: BASES, optional: true };

const proposal = (more: object): object => ({
  proposal: "p", base_version: 1, state: "open", by: "林书远", own: false, at_ms: 1_790_000_000_000, reason: "章程修订",
  lines: [{ key: LEAD.key, section: KIND, label: LEAD.label, before: 1, after: 3 }], decided_by: null, decided_at_ms: null, answer: "", ...more,
});

let open: object | null;
let rights: object;
let asked: { method: string; path: string; body: unknown }[];
let wrapper: VueWrapper;

beforeEach(async () => {
  open = null;
  rights = { may_propose: true, may_decide: true };
  asked = [];
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    asked.push({ method: init.method ?? "GET", path: address.replace("/api/v1", ""), body });
    if (init.method === "POST" && address.endsWith("/proposals")) return Promise.resolve(Response.json({ proposal: "p" }, { status: 201 }));
    if (init.method === "POST" || init.method === "DELETE") return Promise.resolve(new Response(null, { status: 204 }));
    const note = { zh: "请按本组织章程核对", en: "Check" };
    return Promise.resolve(Response.json({ template: "union", title: { zh: "工会", en: "Union" }, note, version: 1, settings: [WORD, LEAD, QUORUM], open, history: [], ...rights }));
  });
});

afterEach(() => {
  wrapper.unmount();
  vi.unstubAllGlobals();
});

async function draw(office: boolean): Promise<void> {
  wrapper = mount(TemplateBoard, { props: { office }, global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
}

const button = (text: string): HTMLButtonElement | undefined => [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === text);

async function press(text: string): Promise<void> {
  const found = button(text);
  if (found === undefined) throw new Error(`no button ${text}`);
  found.click();
  if (found.type === "submit") found.form?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
}

test("everybody reads the rules in words, and only officers may propose", async () => {
  await draw(false);
  expect(wrapper.text()).toContain("应到会有表决权的1/2以上(含)(以 40 人计为 20 人)");
  expect(wrapper.text()).toContain("1 天");
  expect(button("提议修改")).toBeUndefined();
  wrapper.unmount();
  rights = { may_propose: false, may_decide: false };
  await draw(true);
  expect(button("提议修改")).toBeUndefined();
});

test("a change is looked at before it is proposed, with its reason", async () => {
  await draw(true);
  await press("提议修改");
  expect(button("预览并提议")?.disabled).toBe(true);
  await wrapper.find("input[type=number]").setValue("3");
  expect(wrapper.text()).toContain("已改 1 项");
  await press("预览并提议");
  const dialog = document.querySelector("[role=dialog]");
  expect(dialog?.textContent).toContain("1 天");
  expect(dialog?.textContent).toContain("3 天");
  const reason = dialog?.querySelector("textarea");
  if (!reason) throw new Error("no reason asked for");
  reason.value = "章程修订";
  reason.dispatchEvent(new Event("input"));
  await flushPromises();
  await press("提议");
  const sent = asked.filter((one) => one.method === "POST");
  expect(sent).toEqual([{ method: "POST", path: "/template/proposals", body: { base_version: 1, changes: [{ key: LEAD.key, value: 3 }], reason: "章程修订" } }]);
});

test("a value out of bounds is named and cannot be proposed", async () => {
  await draw(true);
  await press("提议修改");
  await wrapper.find("input[type=number]").setValue("99");
  expect(wrapper.text()).toContain("请填 0 到 60 之间的整数");
  expect(button("预览并提议")?.disabled).toBe(true);
});

test("another officer confirms what waits, the proposer can only take it back", async () => {
  open = proposal({});
  await draw(true);
  expect(button("提议修改")).toBeUndefined();
  await press("通过");
  expect(asked).toContainEqual({ method: "POST", path: "/template/proposals/p/decision", body: { accept: true, answer: "" } });
  wrapper.unmount();
  open = proposal({ own: true });
  await draw(true);
  expect(button("通过")).toBeUndefined();
  await press("撤回提议");
  expect(asked).toContainEqual({ method: "DELETE", path: "/template/proposals/p", body: null });
});
