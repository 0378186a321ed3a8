import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { defineComponent, h } from "vue";
import { beforeEach, expect, test } from "vitest";

import { problemFrom } from "@/connection/problem";
import { i18n, setLocale } from "@/i18n";
import { useLive } from "@/live/live";

import { MORNING, outgoing, scopeOf } from "./chat.testkit";
import ChatOutgoingRow from "./ChatOutgoingRow.vue";
import { newHolding } from "./holding";
import type { OutgoingMessage } from "./outgoing";
import { provideChatScope } from "./scope";

const show = (entry: OutgoingMessage) =>
  mount(
    defineComponent({
      setup() {
        provideChatScope(scopeOf(newHolding("room")));
        return () => h(ChatOutgoingRow, { entry });
      },
    }),
    { global: { plugins: [i18n] } },
  );

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
});

test.each([
  [outgoing("你好", { state: "sending" }), "发送中"],
  [outgoing("你好", { state: "waiting" }), "等待网络,联网后自动发送"],
  [outgoing("你好", { seq: 7, atMs: MORNING }), "已发送 09:30"],
])("every state has its words %#", (entry, words) => {
  const text = show(entry).text();
  expect(text).toContain("你好");
  expect(text).toContain(words);
});

test("a refused message says why and can be sent again or given up", async () => {
  const live = useLive();
  const asked: string[] = [];
  live.outbox.retry = (cid) => void asked.push(`retry ${cid}`);
  live.outbox.discard = (cid) => void asked.push(`discard ${cid}`);
  const problem = problemFrom({ code: 2000, key: "TEXT_TOO_LONG", message: { zh: "内容过长", en: "Too long" } });
  const row = show(outgoing("c", { state: "failed", problem }));
  expect(row.get("[role=alert]").text()).toContain("没有发出:内容过长");
  for (const button of row.findAll("button")) await button.trigger("click");
  expect(asked.sort()).toEqual(["discard c", "retry c"]);
});
