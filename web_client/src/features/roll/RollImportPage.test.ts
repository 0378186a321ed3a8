import { createPinia, setActivePinia } from "pinia";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { i18n, setLocale } from "@/i18n";
import { useIdentity } from "@/identity/identity";

import { type ImportOrder, type ImportState, rollApi } from "./api";
import RollImportPage from "./RollImportPage.vue";

const STATE: ImportState = {
  import: "i",
  expires_at_ms: 0,
  sheet: "1",
  headers: ["序号", "姓名", "电话"],
  samples: [["1", "林书远", "199"]],
  header_row: 3,
  columns: { name: 1, phone: 2 },
  add: 2,
  change: 0,
  unchanged: 0,
  held: 1,
  asked: 1,
  skipped: 0,
  changes: [],
  faults: [
    { row: 4, column: 2, code: "phone_short", level: "held", zh: "电话号码位数不足", en: "too short", candidates: [] },
    { row: 9, column: null, code: "maybe_on_roll", level: "ask", zh: "同名", en: "same name", candidates: [] },
  ],
  new_groups: [],
  offices: [],
  digest: "d1",
  added: null,
  changed: null,
  offices_given: null,
  refused: [],
};

vi.mock("@/connection/upload", () => ({ upload: () => Promise.resolve(STATE) }));

let orders: ImportOrder[];
let wrapper: VueWrapper;

const press = async (text: string): Promise<void> => {
  await wrapper.findAll("button").find((button) => button.text().startsWith(text))?.trigger("click");
  await flushPromises();
};

const choose = async (): Promise<void> => {
  const input = wrapper.get<HTMLInputElement>('input[type="file"]');
  Object.defineProperty(input.element, "files", { value: [new File(["x"], "花名册.xlsx")] });
  await input.trigger("change");
  await flushPromises();
};

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  useIdentity().take({ step: "done", account: null, member: null, org: null });
  orders = [];
  vi.spyOn(rollApi, "org").mockResolvedValue({
    org: "o", name: "组织", units: [{ unit: "u", kind: "branch", name: "支部", parent: null, order: 0 }], classes: [], roles: [], separations: [],
  });
  vi.spyOn(rollApi, "people").mockResolvedValue({ unit: "u", people: [], total: 0, by_class: {} });
  vi.spyOn(rollApi, "importStep").mockImplementation((_id, order) => {
    orders.push(order);
    return Promise.resolve(order.confirm === null ? { ...STATE, digest: "d2", columns: order.columns } : { ...STATE, added: 3, changed: 0 });
  });
  wrapper = mount(RollImportPage, { global: { plugins: [i18n], stubs: { RouterLink: true } } });
  await flushPromises();
  await choose();
});

afterEach(() => {
  wrapper.unmount();
});

describe("import of a roll", () => {
  it("offers the guess, and needs a column for the names", async () => {
    const selects = wrapper.findAll("select");
    expect(selects.map((select) => select.element.value)).toEqual(["", "name", "phone"]);
    await selects[1]?.setValue("");
    expect(wrapper.get('[role="alert"]').text()).toBe("请指出哪一列是:姓名");
  });

  it("sends corrections, answers and the digest that was looked at", async () => {
    await wrapper.findAll("select")[0]?.setValue("number");
    await press("预览");
    expect(orders[0]).toEqual({ header_row: 3, columns: { number: 0, name: 1, phone: 2 }, answers: {}, give_offices: false, confirm: null });
    expect(wrapper.text()).toContain("第9行");
    expect(wrapper.text()).not.toContain("第4行");
    await wrapper.get("ol select").setValue("new");
    await press("按回答重新预览");
    expect(orders[1]?.answers).toEqual({ 9: "new" });
    await press("确认写入 2 项");
    expect(orders[2]?.confirm).toBe("d2");
    expect(wrapper.get(".text-title").text()).toBe("已新增 3 人,修改 0 人");
  });

  it("keeps the choice of a file where it is while the organisation loads, and takes what is chosen meanwhile", async () => {
    wrapper.unmount();
    setActivePinia(createPinia());
    useIdentity().take({ step: "done", account: null, member: null, org: null });
    const org = await rollApi.org();
    let arrive: () => void = () => undefined;
    vi.spyOn(rollApi, "org").mockReturnValue(new Promise((resolve) => (arrive = () => {
      resolve(org);
    })));
    wrapper = mount(RollImportPage, { global: { plugins: [i18n], stubs: { RouterLink: true } } });
    await flushPromises();
    const before = wrapper.get('input[type="file"]').element;
    await choose();
    expect(wrapper.findAll("select")).toHaveLength(0);
    expect(wrapper.get('input[type="file"]').element).toBe(before);
    arrive();
    await flushPromises();
    expect(wrapper.findAll("select").length).toBeGreaterThan(0);
  });
});
