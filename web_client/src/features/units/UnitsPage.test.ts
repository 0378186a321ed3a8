import { createPinia, setActivePinia } from "pinia";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { i18n, setLocale } from "@/i18n";
import { useIdentity } from "@/identity/identity";

import UnitsPage from "./UnitsPage.vue";

const BRANCH = { unit: "b", kind: "branch", name: "第二支部", parent: null, order: 0 };
const BELOW = { unit: "c", kind: "branch", name: "第三支部", parent: "b", order: 0 };
const GROUP = { unit: "g", kind: "group", name: "第一组", parent: "b", order: 1 };
const FULL = { unit: "f", kind: "group", name: "第二组", parent: "b", order: 2 };
const SECRETARY = { hold: "h", role: "secretary", unit: "b", title: { zh: "书记", en: "Secretary" } };

const person = (member: string, groups: string[], titles: unknown[] = []) => ({
  member, number: member, name: member, branch: "b", groups, class: "full", titles, active: true, account: null,
});

let units: unknown[];
let asked: { method: string; path: string; body: unknown }[];
let wrapper: VueWrapper;

function answer(method: string, path: string, body: unknown): { status: number; body?: unknown } {
  if (path === "/org") return { status: 200, body: { org: "o", name: "组织", units, classes: [], roles: [], separations: [] } };
  if (path.startsWith("/roll?")) return { status: 200, body: { unit: "b", people: [person("me", ["f"], [SECRETARY]), person("m2", [])], total: 2, by_class: {} } };
  if (path === "/org/counts?unit=b") return { status: 200, body: { total: 9, by_class: {} } };
  if (path.startsWith("/org/counts")) return { status: 403, body: { code: 1, key: "FORBIDDEN", message: { zh: "无权", en: "no" }, temporary: false, params: {} } };
  if (method === "POST") {
    const made = { unit: "n", kind: "group", ...(body as object) };
    units = [...units, made];
    return { status: 201, body: made };
  }
  if (method === "DELETE") {
    units = units.filter((one) => one !== GROUP);
    return { status: 204 };
  }
  return { status: 404 };
}

async function open(capabilities: string[]): Promise<void> {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  const member = { id: "me", name: "我", branch: "b", branch_name: "第二支部", units: ["b"], roles: ["secretary"], capabilities };
  useIdentity().take({ step: "done", account: null, member, org: null });
  wrapper = mount(UnitsPage, { global: { plugins: [i18n], stubs: { RouterLink: true } }, attachTo: document.body });
  await flushPromises();
}

const labels = (): (string | undefined)[] => wrapper.findAll("button").map((button) => button.attributes("aria-label") ?? button.text());
const inDialog = (text: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>("[role=dialog] button")].find((button) => button.textContent.trim() === text);

beforeEach(() => {
  units = [BELOW, GROUP, BRANCH, FULL];
  asked = [];
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const [method, path] = [init.method ?? "GET", address.replace("/api/v1", "")];
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    asked.push({ method, path, body });
    const { status, body: sent } = answer(method, path, body);
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(sent ?? {}), { status }));
  });
});

afterEach(() => {
  wrapper.unmount();
  vi.unstubAllGlobals();
});

describe("branches and groups", () => {
  it("shows numbers only where they may be known, and acts only where a role is held", async () => {
    await open(["branch.manage_units", "branch.read_counts"]);
    const sections = wrapper.findAll("section").map((section) => section.text());
    expect(sections[0]).toContain("9 人,含下级");
    expect(sections[0]).toContain("第二组1 人");
    expect(sections[0]).toContain("1 人不在任何小组");
    expect(sections[1]).toBe("第三支部");
    expect(labels()).toEqual(["更改第二支部", "更改第一组", "关闭第一组", "更改第二组", "关闭第二组", "新建小组"]);
    wrapper.unmount();
    await open(["branch.read_counts"]);
    expect(labels()).toEqual([]);
  });

  it("makes a group in the last place", async () => {
    await open(["branch.manage_units"]);
    await wrapper.findAll("button").at(-1)?.trigger("click");
    await flushPromises();
    const name = document.querySelector<HTMLInputElement>("[role=dialog] input");
    if (name) name.value = " 第三组 ";
    name?.dispatchEvent(new Event("input"));
    await flushPromises();
    inDialog("新建小组")?.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
    expect(asked.find((one) => one.method === "POST")?.body).toEqual({ parent: "b", name: "第三组", order: 3 });
    expect(wrapper.text()).toContain("第三组");
  });

  it("closes an empty group, and asks to empty another first", async () => {
    await open(["branch.manage_units"]);
    await wrapper.get("[aria-label='关闭第二组']").trigger("click");
    await flushPromises();
    expect(document.body.textContent).toContain("小组里还有 1 人");
    expect(inDialog("关闭小组")).toBeUndefined();
    inDialog("取消")?.click();
    await flushPromises();
    await wrapper.get("[aria-label='关闭第一组']").trigger("click");
    await flushPromises();
    inDialog("关闭小组")?.click();
    await flushPromises();
    expect(asked.find((one) => one.method === "DELETE")?.path).toBe("/org/units/g");
    expect(wrapper.text()).not.toContain("第一组");
  });
});
