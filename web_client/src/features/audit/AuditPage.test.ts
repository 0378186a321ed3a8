import { createPinia, setActivePinia } from "pinia";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useRoll } from "@/features/roll/contract";
import { i18n, setLocale } from "@/i18n";
import { useIdentity } from "@/identity/identity";

import type { Act } from "./api";
import AuditPage from "./AuditPage.vue";

const PERSON = { member: "m1", number: "QH0003", name: "曹玉兰", branch: "u", groups: [], class: "full", titles: [], active: true, account: null };

const act = (id: string, more: Partial<Act> = {}): Act => ({
  id, at_ms: 0, action: "roll.opened", kind: "read", text: { zh: "查看了个人资料", en: "opened personal details" }, by: "宋佳宁",
  role: { zh: "书记", en: "secretary" }, subject: "m1", subject_name: "曹玉兰", subject_number: "QH0003", fields: [{ zh: "手机号", en: "Phone" }],
  notes: [], ...more,
});

const ORG = { org: "o", name: "组织", units: [{ unit: "u", kind: "branch", name: "支部", parent: null, order: 0 }], classes: [], roles: [], separations: [] };

let asked: { method: string; path: string; body: unknown }[];
let hold: (() => void) | null;
let wrapper: VueWrapper;

function answerTo(method: string, path: string): unknown {
  if (path === "/org") return ORG;
  if (path.startsWith("/roll?")) return { unit: "u", people: [PERSON], total: 1, by_class: {} };
  if (method === "POST") return { rows: [act("7", { action: "audit.opened" })], more: false };
  if (path.includes("kind=bots")) return { rows: [], more: false };
  if (path.includes("before=2")) return { rows: [act("1")], more: false };
  return { rows: [act("3"), act("2", { by: "command line", subject: null, subject_name: "", subject_number: "" })], more: true };
}

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  useIdentity().take({ step: "done", account: null, member: null, org: null });
  asked = [];
  hold = null;
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    const [method, path] = [init.method ?? "GET", address.replace("/api/v1", "")];
    asked.push({ method, path, body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : null });
    if (path.includes("kind=units")) await new Promise<void>((resolve) => (hold = resolve));
    return new Response(JSON.stringify(answerTo(method, path)), { status: 200 });
  });
  wrapper = mount(AuditPage, { global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
});

afterEach(() => {
  wrapper.unmount();
  vi.unstubAllGlobals();
});

const rows = (): string[] => wrapper.findAll("ol > li").map((row) => row.text());

describe("the record of a branch", () => {
  it("says who did what to whom, and marks what was done on the server", () => {
    expect(rows()).toHaveLength(2);
    expect(rows()[0]).toContain("宋佳宁");
    expect(rows()[0]).toContain("书记 查看了个人资料");
    expect(rows()[0]).toContain("涉及:曹玉兰(QH0003)");
    expect(rows()[0]).toContain("内容:手机号");
    expect(rows()[1]).toContain("系统管理员");
    expect(rows()[1]).not.toContain("涉及");
  });

  it("grows by older pages and says when there are none", async () => {
    await wrapper.findAll("button").find((button) => button.text() === "更早的记录")?.trigger("click");
    await flushPromises();
    expect(rows()).toHaveLength(3);
    expect(asked.at(-1)?.path).toContain("before=2");
    expect(wrapper.text()).toContain("没有更早的了");
  });

  it("shows the last wish when an answer to an earlier one comes late", async () => {
    await wrapper.get("select").setValue("units");
    await wrapper.get("select").setValue("bots");
    expect(asked.some((one) => one.path.includes("kind=bots"))).toBe(false);
    hold?.();
    await flushPromises();
    expect(asked.at(-1)?.path).toContain("kind=bots");
    expect(wrapper.text()).toContain("没有这样的记录");
  });

  it("looks for one member by a request that the server writes down, and only after saying so", async () => {
    await wrapper.findAll("button").find((button) => button.text() === "按成员查看")?.trigger("click");
    await flushPromises();
    expect(document.body.textContent).toContain("查看会留下记录,本人能看到");
    expect(asked.some((one) => one.method === "POST")).toBe(false);
    document.querySelector<HTMLElement>("[role=dialog] ul button")?.click();
    await flushPromises();
    expect(asked.at(-1)).toMatchObject({ method: "POST", path: "/roll/m1/audit", body: { kind: null, before: null } });
    expect(rows()).toHaveLength(1);
    await wrapper.get("button[aria-label='查看所有成员']").trigger("click");
    await flushPromises();
    expect(rows()).toHaveLength(2);
    expect(useRoll().unit).toBe("u");
  });
});
