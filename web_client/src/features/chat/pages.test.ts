// @vitest-environment node
import { expect, test } from "vitest";

import type { ChatLogEvent, ChatPage } from "@/protocol/chat";

import { message } from "./chat.testkit";
import { caughtUp, touches, united } from "./pages";

const seqs = (list: { seq: number }[]) => list.map((one) => one.seq);
const page = (more: Partial<ChatPage> = {}): ChatPage => ({ thread: null, root: null, head_n: 3, messages: [message(1), message(2), message(3)], more_before: false, more_after: false, ...more });
const recalled = (seq: number): ChatLogEvent => ({ type: "chat.recalled", topic: "chat:1", seq: 90, at_ms: 0, message: seq, by: "anna" });
const sent = (seq: number, thread: number | null = null): ChatLogEvent => ({ ...message(seq), type: "chat.sent", topic: "chat:1", thread, thread_sender: null, thread_head: null });

test("two lists become one, in order, the newer version of a message wins", () => {
  const both = united([message(1), message(2, { text: "old" })], [message(2, { text: "new" }), message(3)]);
  expect(seqs(both)).toEqual([1, 2, 3]);
  expect(both[1]?.text).toBe("new");
});

test("lists touch when no ordinal is missing between them", () => {
  expect(touches([message(1)], [message(2)])).toBe(true);
  expect(touches([message(1)], [message(9, { n: 2 })])).toBe(true);
  expect(touches([message(1)], [message(3)])).toBe(false);
  expect(touches([], [message(3)])).toBe(true);
});

test("a recall that came while the page was under way is not undone by the page", () => {
  const after = caughtUp(page(), [recalled(2)]);
  expect(after.messages[1]).toMatchObject({ text: "", gone: { how: "recalled" } });
});

test("a message that came while the newest page was under way is in it once", () => {
  expect(seqs(caughtUp(page(), [sent(3), sent(4)]).messages)).toEqual([1, 2, 3, 4]);
  expect(seqs(caughtUp(page({ more_after: true }), [sent(4)]).messages)).toEqual([1, 2, 3]);
  expect(seqs(caughtUp(page(), [sent(4, 1)]).messages)).toEqual([1, 2, 3]);
});

test("a reply counts at the root of its thread's page", () => {
  const after = caughtUp(page({ thread: 1, root: message(1), messages: [message(5, { thread: 1, n: 1 })] }), [{ ...sent(6, 1), n: 2 } as ChatLogEvent]);
  expect(seqs(after.messages)).toEqual([5, 6]);
  expect(after.root?.thread_summary).toMatchObject({ count: 2, last_seq: 6 });
});
