import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { defineComponent, h } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ownProblem } from "@/connection/problem";
import { useMe } from "@/features/me/contract";
import { i18n, setLocale } from "@/i18n";
import { useLive } from "@/live/live";
import type { ChatAttachment, ChatMessage } from "@/protocol/chat";
import type { MeRoom } from "@/protocol/me";

import { message, scopeOf } from "./chat.testkit";
import ChatForward from "./ChatForward.vue";
import { TEXT_MAX } from "./composing";
import { copyFiles } from "./copies";
import { forwardTexts, WORDS_MAX, type ForwardParts } from "./forward";
import { newHolding, type RoomHolding } from "./holding";
import { amend } from "./reduce";
import { provideChatScope } from "./scope";

vi.mock("./copies", () => ({ copyFiles: vi.fn() }));

const file = (id: string): ChatAttachment => ({ id, name: `${id}.pdf`, kind: "file", mime: "application/pdf", size_bytes: 1, width: null, height: null, thumbnail: false });
const texts = (messages: ChatMessage[], more: Partial<ForwardParts> = {}): string[] =>
  forwardTexts({
    messages,
    words: "",
    lead: "转发",
    telling: { nameOf: (member) => `<${member}>`, timeOf: () => "09:30", fileOf: (name) => `[文件] ${name}` },
    leftOut: "(没有附件)",
    ...more,
  });

test("a quote says who said it and when, under one's own words", () => {
  expect(texts([message(1, { text: "今晚七点\n\n请准时" }), message(2, { sender: "bo", text: "好" })], { words: " 请看 " })).toEqual([
    "请看\n\n转发\n> <anna> 09:30\n> 今晚七点\n>\n> 请准时\n>\n> <bo> 09:30\n> 好",
  ]);
});

test("what is left out is said", () => {
  const messages = [message(1, { text: "", attachments: [file("a"), file("b")] })];
  expect(texts(messages)).toEqual(["转发\n> <anna> 09:30\n> [文件] a.pdf\n> [文件] b.pdf\n> (没有附件)"]);
  expect(texts(messages, { leftOut: null })[0]).not.toContain("没有附件");
});

test.each([
  ["one of the longest", [message(1, { text: "字".repeat(TEXT_MAX) })]],
  ["of many short lines", [message(1, { text: Array(2_000).fill("😀").join("\n") })]],
  ["a hundred", Array.from({ length: 100 }, (_, index) => message(index + 1, { text: "一二三四五 ".repeat(30) }))],
])("no text is longer than the server takes, and nothing is lost: %s", (_name, messages) => {
  const made = texts(messages, { words: "词".repeat(WORDS_MAX), lead: "转发 100 条消息" });
  expect(made.length).toBeGreaterThan(1);
  for (const text of made) {
    expect([...text].length).toBeLessThanOrEqual(TEXT_MAX);
    expect(text).toContain("> <anna> 09:30\n");
  }
  const letters = (text: string): number => [...text].filter((point) => /[字😀一二三四五]/u.test(point)).length;
  expect(letters(made.join(""))).toBe(letters(messages.map((one) => one.text).join("")));
});

// -- the dialog ----------------------------------------------------------------------------------------------------------

const line = (room: string, title: string, kind: MeRoom["kind"]): MeRoom => ({ room, kind, title, unit: null, other: null, head: 0, head_n: 0, read_n: 0, last: null, mentions: [], threads: [] });
let holding: RoomHolding;
let sent: Record<string, unknown>[];
let done: string[];
let asking: VueWrapper | null = null;

afterEach(() => {
  asking?.unmount();
  asking = null;
});

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  holding = newHolding("room");
  [sent, done] = [[], []];
  const live = useLive();
  live.cid = () => `c${String(sent.length)}`;
  live.outbox.add = (_cid, lane, command) => void sent.push({ lane, ...command });
  Object.defineProperty(live, "online", { value: true });
  useMe().state = {
    member: "me",
    name: "我",
    rooms: [line("room", "第一支部", "branch"), line("g", "第三组", "group"), line("d", "曹玉兰", "direct")],
    notices: [],
    preferences: { typing_visible: true, locale: "zh-CN", large_type: false, theme: "system" },
  };
});

async function ask(messages: ChatMessage[]): Promise<void> {
  holding.aside = new Map(messages.map((one) => [one.seq, one]));
  asking?.unmount();
  asking = mount(
    defineComponent({
      setup() {
        provideChatScope(scopeOf(holding));
        return () => h(ChatForward, { modelValue: messages, onDone: (room: string) => done.push(room) });
      },
    }),
    { global: { plugins: [i18n] }, attachTo: document.body },
  );
  await flushPromises();
}

const find = <E extends HTMLElement>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(selector);
  return found;
};
const said = (): string => find("[role=dialog]").textContent ?? "";
const pressable = (): boolean => !find<HTMLButtonElement>("button[type=submit]").disabled;

async function choose(room: string): Promise<void> {
  find<HTMLInputElement>(`input[type=radio][value="${room}"]`).click();
  await flushPromises();
}

async function submit(): Promise<void> {
  find("form").dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
}

test("messages go into the chosen room, as one's own and naming nobody", async () => {
  await ask([message(1, { text: "请 @宋佳宁 看", mentions: ["s"] })]);
  expect(pressable()).toBe(false);
  await choose("d");
  expect(said()).toContain("转发后,曹玉兰能看到这些内容");
  await submit();
  expect(sent).toMatchObject([{ lane: "d", type: "chat.send", room: "d", mentions: [], everyone: false, attachments: [] }]);
  expect(sent[0]).not.toHaveProperty("thread");
  expect(String(sent[0]?.["text"])).toMatch(/^转发 1 条消息\n> anna .*\n> 请 @宋佳宁 看$/u);
  expect(done).toEqual(["曹玉兰"]);
});

test("Enter in the search picks the first room found and sends nothing", async () => {
  await ask([message(1)]);
  const search = find<HTMLInputElement>("input[type=search]");
  search.value = "三组";
  search.dispatchEvent(new Event("input"));
  await flushPromises();
  search.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
  await flushPromises();
  expect([said().includes("转发后,第三组的成员都能看到这些内容"), sent.length]).toEqual([true, 0]);
});

test("what is taken back meanwhile is not forwarded", async () => {
  const recalled = (seq: number) => amend(message(seq), { type: "chat.recalled", topic: "chat:room", seq: 90, at_ms: 0, message: seq, by: "anna" });
  await ask([message(1), message(2)]);
  await choose("g");
  holding.aside = new Map([...holding.aside, [1, recalled(1)]]);
  await submit();
  expect(String(sent[0]?.["text"])).not.toContain("m1");
  expect(String(sent[0]?.["text"])).toContain("m2");
  await ask([message(1)]);
  await choose("g");
  holding.aside = new Map([[1, recalled(1)]]);
  await flushPromises();
  expect([pressable(), said().includes("已不在")]).toEqual([false, true]);
});

test("files come along as copies in the other room; when that fails nothing is sent", async () => {
  const copies = vi.mocked(copyFiles);
  copies.mockRejectedValueOnce(ownProblem("NETWORK"));
  await ask([message(1, { text: "名单", attachments: [file("a")] })]);
  await choose("g");
  await submit();
  expect([sent, done]).toEqual([[], []]);
  expect(find("[role=alert]").textContent).not.toBe("");
  copies.mockResolvedValueOnce([file("copy")]);
  await submit();
  expect(copies).toHaveBeenLastCalledWith([file("a")], "g", expect.anything(), expect.anything());
  expect(sent).toMatchObject([{ room: "g", attachments: ["copy"] }]);
  expect(String(sent[0]?.["text"])).not.toContain("附件没有转发");
});

test("without the files the text says so, and there must be one", async () => {
  await ask([message(1, { text: "名单", attachments: [file("a")] })]);
  await choose("g");
  find<HTMLInputElement>("input[type=checkbox]").click();
  await submit();
  expect(sent).toMatchObject([{ attachments: [] }]);
  expect(String(sent[0]?.["text"])).toContain("> [文件] a.pdf\n> (附件没有转发)");
  await ask([message(2, { text: "", attachments: [file("a")] })]);
  await choose("g");
  expect(pressable()).toBe(true);
  find<HTMLInputElement>("input[type=checkbox]").click();
  await flushPromises();
  expect(pressable()).toBe(false);
});
