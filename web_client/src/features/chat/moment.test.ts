// @vitest-environment happy-dom
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, test } from "vitest";

import { dayStartMs, isoDay } from "@/i18n/format";
import { useLive } from "@/live/live";
import type { ChatMessage } from "@/protocol/chat";

import { message } from "./chat.testkit";
import { useHistory } from "./history";
import { newHolding, type RoomHolding } from "./holding";
import { firstSince } from "./pages";

const DAY_MS = 86_400_000;
const day = (number: number): number => dayStartMs("2026-07-01") + number * DAY_MS;
const onDay = (seq: number, number: number): ChatMessage => message(seq, { at_ms: day(number) + 1_000 });

test("a list decides where a moment is only when nothing before it can matter", () => {
  const messages = [onDay(5, 3), onDay(6, 4), onDay(7, 6)];
  expect(firstSince(messages, true, day(4))?.seq).toBe(6);
  expect(firstSince(messages, true, day(5))?.seq).toBe(7);
  expect(firstSince(messages, true, day(3))).toBeUndefined();
  expect(firstSince(messages, false, day(1))?.seq).toBe(5);
  expect(firstSince(messages, false, day(9))).toBeUndefined();
  expect(firstSince([], false, day(0))).toBeUndefined();
});

let holding: RoomHolding;
let asked: Record<string, unknown>[];
let answer: ChatMessage[];

beforeEach(() => {
  setActivePinia(createPinia());
  holding = newHolding("r");
  [asked, answer] = [[], []];
  const live = useLive();
  live.call = ((command: Record<string, unknown>) => {
    asked.push(command);
    return Promise.resolve({ thread: null, root: null, head_n: 90, messages: answer, more_before: (answer[0]?.n ?? 1) > 1, more_after: (answer.at(-1)?.n ?? 90) < 90 });
  }) as typeof live.call;
  holding.chat = { room: { room: "r", head_n: 90, messages: [onDay(89, 20), onDay(90, 22)], more_before: true, pins: [] }, threads: {} };
});

test("a day that is loaded is shown without asking, also one without messages", async () => {
  const history = useHistory();
  expect((await history.toMoment(holding, day(22)))?.seq).toBe(90);
  expect((await history.toMoment(holding, day(21)))?.seq).toBe(90);
  expect(asked).toEqual([]);
});

test("an older day is asked for, and the page around it is shown", async () => {
  answer = [onDay(10, 2), onDay(11, 4), onDay(12, 4)];
  const found = await useHistory().toMoment(holding, day(3));
  expect(asked).toMatchObject([{ type: "chat.history", room: "r", at_ms: day(3) }]);
  expect([found?.seq, isoDay(found?.at_ms ?? 0)]).toEqual([11, "2026-07-05"]);
  expect(holding.jumped?.messages.map((one) => one.seq)).toEqual([10, 11, 12]);
  expect((await useHistory().toMoment(holding, day(4)))?.seq).toBe(11);
  expect(asked).toHaveLength(1);
  await useHistory().toMoment(holding, day(21));
  expect(holding.jumped).toBeNull();
});

test("a page that reaches the newest messages is joined to them; behind them stands the newest", async () => {
  answer = [onDay(87, 5), onDay(88, 6), onDay(89, 20), onDay(90, 22)];
  expect((await useHistory().toMoment(holding, day(6)))?.seq).toBe(88);
  expect(holding.jumped).toBeNull();
  expect(holding.chat?.room.messages.map((one) => one.seq)).toEqual([87, 88, 89, 90]);
  expect((await useHistory().toMoment(holding, day(30)))?.seq).toBe(90);
});

test("an empty room has no day to go to", async () => {
  holding.chat = { room: { room: "r", head_n: 0, messages: [], more_before: false, pins: [] }, threads: {} };
  expect(await useHistory().toMoment(holding, day(0))).toBeNull();
  expect(holding.jumped).toBeNull();
});
