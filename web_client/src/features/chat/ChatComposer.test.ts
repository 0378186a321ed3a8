import { createPinia, setActivePinia } from "pinia";
import { mount, type VueWrapper } from "@vue/test-utils";
import { defineComponent, h } from "vue";
import { beforeEach, expect, test, vi } from "vitest";

import { useMe } from "@/features/me/contract";
import { i18n, setLocale } from "@/i18n";
import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";

import { message, person, scopeOf } from "./chat.testkit";
import ChatComposer from "./ChatComposer.vue";
import { newHolding, type RoomHolding } from "./holding";
import { provideChatScope } from "./scope";

let holding: RoomHolding;
let sent: Record<string, unknown>[];
let called: Record<string, unknown>[];
let wrapper: VueWrapper;

const Stage = defineComponent({
  setup() {
    provideChatScope(scopeOf(holding));
    return () => h(ChatComposer);
  },
});

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  holding = newHolding("room");
  [sent, called] = [[], []];
  const live = useLive();
  live.cid = () => "cid";
  live.outbox.add = (_cid, _lane, command) => void sent.push(command);
  live.call = ((command: Record<string, unknown>) => {
    called.push(command);
    return Promise.resolve({});
  }) as typeof live.call;
  live.nowMs = () => message(5).at_ms + 1_000;
  useMe().state = { member: "me", name: "我", rooms: [], notices: [], preferences: { typing_visible: true, locale: "zh-CN", large_type: false, theme: "system" } };
  useIdentity().take({
    step: "done",
    account: null,
    org: null,
    member: { id: "me", name: "我", branch: "b", roles: [], capabilities: ["chat.mention_everyone"], branch_name: "支部", units: [] },
  });
  wrapper = mount(Stage, { global: { plugins: [i18n] }, attachTo: document.body });
});

const field = () => wrapper.get("textarea");

async function write(text: string): Promise<void> {
  const area = field().element;
  area.value = text;
  area.setSelectionRange(text.length, text.length);
  await field().trigger("input");
}

test("Enter sends, trims and empties the field", async () => {
  await write(" 你好 ");
  await field().trigger("keydown", { key: "Enter" });
  expect(sent).toMatchObject([{ type: "chat.send", room: "room", cid: "cid", text: "你好", mentions: [], everyone: false }]);
  expect(field().element.value).toBe("");
});

test.each([
  ["while an input method composes", { key: "Enter", isComposing: true }],
  ["as the closing key of Safari's input methods", { key: "Enter", keyCode: 229 }],
  ["with Shift", { key: "Enter", shiftKey: true }],
])("Enter does not send %s", async (_name, init) => {
  await write("ni hao");
  await field().trigger("keydown", init);
  expect(sent).toEqual([]);
});

test("nothing but white space is not sent, nor what is too long", async () => {
  await write("  \n ");
  await field().trigger("keydown", { key: "Enter" });
  await write("长".repeat(4_001));
  await field().trigger("keydown", { key: "Enter" });
  expect(sent).toEqual([]);
  expect(wrapper.text()).toContain("超出 1 字");
});

test("a name picked behind @ becomes a mention", async () => {
  holding.people = new Map([
    ["a", person("a", "宋佳宁")],
    ["b", person("b", "曹玉兰")],
  ]);
  await write("请 @宋");
  expect(wrapper.findAll("[role=option]").map((option) => option.text())).toEqual([expect.stringContaining("宋佳宁")]);
  await field().trigger("keydown", { key: "Enter" });
  expect(field().element.value).toBe("请 @宋佳宁 ");
  await field().trigger("keydown", { key: "Enter" });
  expect(sent).toMatchObject([{ text: "请 @宋佳宁", mentions: ["a"], everyone: false }]);
});

test("everyone is offered to those who may, and counts only while it stands in the text", async () => {
  await write("@所");
  await field().trigger("keydown", { key: "Tab" });
  await field().trigger("keydown", { key: "Enter" });
  await write("@所");
  await field().trigger("keydown", { key: "Tab" });
  await write("不了");
  await field().trigger("keydown", { key: "Enter" });
  expect(sent.map((command) => command["everyone"])).toEqual([true, false]);
});

test("↑ in an empty field edits one's newest message, Escape gives up and Enter saves", async () => {
  holding.chat = { room: { room: "room", head_n: 2, messages: [message(4, { sender: "me", text: "旧" }), message(5)], more_before: false, pins: [] }, threads: {} };
  await field().trigger("keydown", { key: "ArrowUp" });
  expect(field().element.value).toBe("旧");
  await field().trigger("keydown", { key: "Escape" });
  expect(field().element.value).toBe("");
  await field().trigger("keydown", { key: "ArrowUp" });
  await write("新");
  await field().trigger("keydown", { key: "Enter" });
  expect(called.filter((command) => command["type"] === "chat.edit")).toEqual([{ type: "chat.edit", room: "room", message: 4, text: "新" }]);
  expect(sent).toEqual([]);
});

test("others are told of typing at most every three seconds, and never against the writer's wish", async () => {
  await write("a");
  await write("ab");
  expect(called.filter((command) => command["type"] === "chat.typing")).toHaveLength(1);
});
