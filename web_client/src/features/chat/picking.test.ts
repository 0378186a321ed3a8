import { enableAutoUnmount, flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { computed, defineComponent, h, ref, shallowRef, type VNode } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { i18n, setLocale } from "@/i18n";
import { useIdentity } from "@/identity/identity";
import type { ChatMessage } from "@/protocol/chat";

import { message, MORNING, scopeOf } from "./chat.testkit";
import ChatMessageRow from "./ChatMessageRow.vue";
import ChatPickBar from "./ChatPickBar.vue";
import { newHolding, type RoomHolding } from "./holding";
import { PICKED_MAX, usePicking } from "./picking";
import { amend } from "./reduce";
import type { RoomScope } from "./room_scope";
import { asPlainText } from "./said";
import { provideChatScope, type ChatScope } from "./scope";

let holding: RoomHolding;
enableAutoUnmount(afterEach);

beforeEach(async () => {
  document.body.innerHTML = "";
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  holding = newHolding("room");
});

test("what is picked is told oldest first; what is taken back meanwhile is not", () => {
  const picking = usePicking(holding);
  picking.begin(message(7));
  picking.toggle(message(3));
  picking.toggle(message(5));
  picking.toggle(message(5));
  expect(picking.messages.value.map((one) => one.seq)).toEqual([3, 7]);
  const recalled = amend(message(3), { type: "chat.recalled", topic: "chat:room", seq: 9, at_ms: 0, message: 3, by: "anna" });
  holding.aside = new Map([...holding.aside, [3, recalled]]);
  expect(picking.messages.value.map((one) => one.seq)).toEqual([7]);
  picking.leave();
  expect([picking.on.value, picking.messages.value]).toEqual([false, []]);
});

test("there is a most, and at it one can still take away", () => {
  const picking = usePicking(holding);
  for (let seq = 1; seq <= PICKED_MAX + 5; seq += 1) picking.toggle(message(seq));
  expect([picking.messages.value.length, picking.full.value]).toEqual([PICKED_MAX, true]);
  picking.toggle(message(1));
  expect([picking.messages.value.length, picking.full.value]).toEqual([PICKED_MAX - 1, false]);
});

test("several messages as text", () => {
  const file = { id: "f", name: "名单.pdf", kind: "file" as const, mime: "application/pdf", size_bytes: 1, width: null, height: null, thumbnail: false };
  const text = asPlainText([message(1, { text: "今晚七点\n请准时" }), message(2, { sender: "bo", text: "", attachments: [file] })], {
    nameOf: (member) => (member === "bo" ? "曹玉兰" : "林书远"),
    timeOf: (atMs) => (atMs > MORNING + 1_000 ? "09:31" : "09:30"),
    fileOf: (name) => `[文件] ${name}`,
  });
  expect(text).toBe("林书远 09:30\n今晚七点\n请准时\n\n曹玉兰 09:31\n[文件] 名单.pdf");
});

const stage = (scope: ChatScope, draw: () => VNode[]) =>
  mount(
    defineComponent({
      setup() {
        provideChatScope(scope);
        return draw;
      },
    }),
    { global: { plugins: [i18n], stubs: { RouterLink: true } }, attachTo: document.body },
  );

test("each message has a box that says what it is, and the rest of the row is out of reach", async () => {
  const scope = scopeOf(holding);
  const messages = [message(1, { text: "今晚七点" }), message(2)];
  const rows = stage(scope, () => messages.map((one) => h(ChatMessageRow, { message: one, head: true, tail: true, marked: false })));
  expect(rows.findAll("input[type=checkbox]")).toHaveLength(0);
  scope.picking.begin(message(1, { text: "今晚七点" }));
  await vi.dynamicImportSettled();
  await flushPromises();
  const boxes = rows.findAll<HTMLInputElement>("input[type=checkbox]");
  expect(boxes.map((box) => box.element.checked)).toEqual([true, false]);
  expect(boxes[0]?.element.closest("label")?.textContent).toContain("今晚七点");
  expect(rows.findAll("article > div").every((part) => part.attributes("inert") !== undefined)).toBe(true);
  await boxes[1]?.setValue(true);
  expect(scope.picking.messages.value.map((one) => one.seq)).toEqual([1, 2]);
});

function bar(scope: ChatScope, busy = ref(false)) {
  const asked: string[] = [];
  const tell =
    (word: string) =>
    (messages: ChatMessage[]): void => {
      asked.push(`${word} ${messages.map((one) => one.seq).join()}`);
    };
  const room = {
    refusal: ref(""),
    deleting: shallowRef([]),
    busy: computed(() => busy.value),
    copyAll: (messages: ChatMessage[]) => Promise.resolve(tell("copy")(messages)),
    askDelete: tell("delete"),
  } as unknown as RoomScope;
  const wrapper = stage(scope, () => [h(ChatPickBar, { room })]);
  return { wrapper, asked };
}

const signIn = (capabilities: string[]): void => {
  useIdentity().take({ step: "done", account: null, org: null, member: { id: "me", name: "我", branch: "b", roles: [], capabilities, branch_name: "支部", units: [] } });
};

test("deleting is offered only over what one may delete", async () => {
  const scope = scopeOf(holding);
  scope.picking.begin(message(1));
  signIn([]);
  expect(bar(scope).wrapper.text()).not.toContain("删除");
  signIn(["chat.delete"]);
  const { wrapper, asked } = bar(scope);
  expect(wrapper.get("[role=status]").text()).toBe("已选 1 条");
  for (const button of wrapper.findAll("button").filter((one) => ["复制", "删除"].includes(one.text()))) await button.trigger("click");
  expect(asked).toEqual(["copy 1", "delete 1"]);
  scope.picking.toggle(message(2, { sender: "me" }));
  await flushPromises();
  expect(wrapper.text()).not.toContain("删除");
});

test("Escape ends picking and nothing else, and belongs to a question while one is asked", () => {
  const scope = scopeOf(holding);
  scope.picking.begin(message(1));
  const busy = ref(true);
  bar(scope, busy);
  const press = (): boolean => dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", cancelable: true }));
  expect([press(), scope.picking.on.value]).toEqual([true, true]);
  busy.value = false;
  expect([press(), scope.picking.on.value]).toEqual([false, false]);
});
