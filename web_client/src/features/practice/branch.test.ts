import { describe, expect, it } from "vitest";

import { edit, founded, react, recall, say, type SampleBranch, TASKS, write } from "./branch";

const START = founded([{ sender: "tian", text: "你好", atMs: 1 }, { sender: "chen", text: "欢迎", atMs: 2 }]);
const texts = (branch: SampleBranch): string[] => branch.chat.room.messages.map((message) => message.text);

describe("the sample branch", () => {
  it("begins with what was said, and nothing practised", () => {
    expect(texts(START)).toEqual(["你好", "欢迎"]);
    expect(START.chat.room.messages.map((message) => [message.seq, message.n])).toEqual([[1, 1], [2, 2]]);
    expect(START.done.size).toBe(0);
  });

  it("ticks each task once it was done, by the member only", () => {
    const sent = write(START, { sender: "me", text: "早", atMs: 3 });
    expect([...sent.done]).toEqual(["send"]);
    const answered = say(sent, { sender: "tian", text: "好", atMs: 4 });
    expect([...answered.done]).toEqual(["send"]);
    const replied = write(answered, { sender: "me", text: "是", replyTo: 1, atMs: 5 });
    const reacted = react(replied, 2, "收到", true, "me", 6);
    const all = recall(reacted, 3, "me", 7);
    expect(TASKS.every((task) => all.done.has(task))).toBe(true);
    expect(all.chat.room.messages[1]?.reactions).toEqual({ 收到: ["me"] });
    expect(all.chat.room.messages[2]?.gone).toMatchObject({ how: "recalled" });
    expect(all.chat.room.messages[4]?.reply_to).toBe(1);
  });

  it("does not tick a reaction taken away, nor an edit", () => {
    const off = react(START, 2, "收到", false, "me", 3);
    expect(edit(off, 1, "改", 4).done.size).toBe(0);
    expect(edit(off, 1, "改", 4).chat.room.messages[0]).toMatchObject({ text: "改", edited_at_ms: 4 });
  });
});
