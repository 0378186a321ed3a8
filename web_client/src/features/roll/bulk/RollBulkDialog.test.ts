import { createPinia, setActivePinia } from "pinia";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";

import { i18n, setLocale } from "@/i18n";
import { useIdentity } from "@/identity/identity";

import RollList from "../RollList.vue";
import { useRoll } from "../store";

const person = (member: string, name: string, more: object = {}) => ({
  member, name, number: member, branch: "b", groups: [] as string[], class: "full", titles: [], active: true, account: "none", ...more,
});

let people: ReturnType<typeof person>[];
let asked: { method: string; path: string; body: unknown }[];
let wrapper: VueWrapper;

function answer(method: string, path: string, body: unknown): { status: number; body?: unknown } {
  if (path.startsWith("/roll?")) return { status: 200, body: { unit: "b", people, total: people.length, by_class: {} } };
  if (path === "/roll/m2/leave") return { status: 409, body: { code: 2107, key: "LAST_SECRETARY", message: { zh: "请先指定接任者", en: "x" }, temporary: false, params: {} } };
  if (path.endsWith("/leave")) {
    people = people.filter((one) => !path.includes(`/${one.member}/`));
    return { status: 204 };
  }
  if (method === "PATCH") {
    const { groups } = body as { groups: string[] };
    people = people.map((one) => (path.endsWith(one.member) ? { ...one, groups } : one));
    return { status: 200, body: {} };
  }
  if (path.endsWith("/activation-code")) return { status: 200, body: { code: "c", link: "l", qr_svg: "", ends_at_ms: 1 } };
  return { status: 404 };
}

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  const capabilities = ["branch.manage_roll", "branch.issue_activation"];
  useIdentity().take({ step: "done", account: null, member: { id: "me", name: "我", branch: "b", branch_name: "支部", units: ["b"], roles: [], capabilities }, org: null });
  people = [person("me", "我自己", { account: "active" }), person("m1", "曹玉兰"), person("m2", "郑凯"), person("m3", "左宁", { active: false })];
  asked = [];
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const [method, path] = [init.method ?? "GET", address.replace("/api/v1", "")];
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    if (method !== "GET") asked.push({ method, path, body });
    const { status, body: sent } = answer(method, path, body);
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(sent ?? {}), { status }));
  });
  const roll = useRoll();
  roll.org = {
    org: "o", name: "组织", classes: [], roles: [], separations: [],
    units: [{ unit: "b", kind: "branch", name: "支部", parent: null, order: 0 }, { unit: "g", kind: "group", name: "第一组", parent: "b", order: 0 }],
  };
  roll.unit = "b";
  await roll.loadPeople();
  const routes = [{ path: "/", component: RollList }, { path: "/:member", name: "roll.person", component: RollList }];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push("/");
  wrapper = mount(RollList, { global: { plugins: [i18n, router] }, attachTo: document.body });
  await press("选择多人");
});

afterEach(() => {
  wrapper.unmount();
  vi.unstubAllGlobals();
});

async function press(text: string): Promise<void> {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[role=dialog] button, button")];
  buttons.find((button) => button.textContent.trim().startsWith(text))?.click();
  await flushPromises();
}
const dialog = (): string => document.querySelector("[role=dialog]")?.textContent ?? "";

async function submit(): Promise<void> {
  document.querySelector("[role=dialog] form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
}

describe("several people at once", () => {
  it("ends memberships after naming whom and what it means, and says who stayed", async () => {
    await press("选中列出的 3 人");
    await press("移出花名册");
    expect(dialog()).toContain("移出 2 人吗");
    expect(dialog()).toContain("曹玉兰、郑凯");
    expect(dialog()).toContain("立即不能登录,职务同时结束");
    expect(dialog()).toContain("另有 1 人不会移出");
    expect(asked).toEqual([]);
    await submit();
    expect(asked.map((one) => one.path)).toEqual(["/roll/m1/leave", "/roll/m2/leave"]);
    expect(dialog()).toContain("已完成 1 人,未完成 1 人");
    expect(dialog()).toContain("郑凯:请先指定接任者");
    await press("关闭");
    expect(dialog()).toBe("");
    expect(wrapper.text()).toContain("选择多人");
    expect(wrapper.text()).not.toContain("曹玉兰");
  });

  it("moves to a group those who are not there", async () => {
    await press("选中列出的 3 人");
    await press("移到小组");
    expect(dialog()).toContain("将移到第一组:我自己、曹玉兰、郑凯");
    await submit();
    expect(asked.map((one) => [one.path, one.body])).toEqual(["me", "m1", "m2"].map((id) => [`/roll/${id}`, { groups: ["g"] }]));
    expect(dialog()).toBe("");
  });

  it("makes letters and says who has an account already", async () => {
    await press("选中列出的 3 人");
    await press("打印激活信");
    expect(dialog()).toContain("其中 1 人已有账号");
    await submit();
    expect(useRoll().letters.map((one) => one.person.member)).toEqual(["me", "m1", "m2"]);
    expect(wrapper.text()).toContain("3 封信等待打印");
  });

  it("does nothing when it is cancelled", async () => {
    await press("选中列出的 3 人");
    await press("移出花名册");
    await press("取消");
    expect(dialog()).toBe("");
    expect(asked).toEqual([]);
  });
});

describe("narrowing", () => {
  it("shows who left only when asked for", async () => {
    expect(wrapper.text()).not.toContain("左宁");
    await wrapper.get("select[aria-label='按状态查看']").setValue("left");
    await flushPromises();
    expect(wrapper.text()).toContain("左宁");
    expect(wrapper.text()).not.toContain("曹玉兰");
    await wrapper.get("select[aria-label='按状态查看']").setValue("none");
    expect(wrapper.text()).toContain("2 人");
  });
});
