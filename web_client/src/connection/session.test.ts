// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { WireEvent } from "../protocol/wire";
import { ServerClock } from "./clock";
import { answering, FakeSocket, settle, WELCOME } from "./fake.testkit";
import { Problem } from "./problem";
import { Session, type SessionState } from "./session";

let sockets: FakeSocket[];
let states: SessionState[];
let events: WireEvent[];
let heads: Record<string, number>[];
let closedTopics: string[];
let session: Session;
let answer: FakeSocket["answer"];

beforeEach(() => {
  vi.useFakeTimers();
  [sockets, states, events, heads, closedTopics] = [[], [], [], [], []];
  answer = answering();
  const open = (): FakeSocket => {
    const socket = new FakeSocket();
    socket.answer = (frame) => answer(frame);
    sockets.push(socket);
    return socket;
  };
  session = new Session(
    { open, random: () => 0.5 },
    new ServerClock(() => Date.now()),
    () => Date.now(),
    { client: "web/test", locale: () => "zh-CN" },
    {
      state: (state) => states.push(state),
      welcomed: () => undefined,
      event: (event) => events.push(event),
      heads: (known) => heads.push(known),
      unsubscribed: (topic) => closedTopics.push(topic),
    },
  );
});

afterEach(() => {
  session.stop();
  vi.useRealTimers();
});

const newest = (): FakeSocket => {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("nobody dialled");
  return socket;
};

async function goOnline(): Promise<FakeSocket> {
  session.start();
  newest().accept();
  await settle();
  return newest();
}

test("says hello first and is online with the welcome", async () => {
  const socket = await goOnline();
  expect(socket.sent[0]).toMatchObject({ type: "hello", protocol: 1, client: "web/test", locale: "zh-CN", ref: 1 });
  expect(states).toEqual(["connecting", "online"]);
});

test("a reply finds its command by ref, a refusal rejects with its problem", async () => {
  const socket = await goOnline();
  const first = session.call({ type: "a.b" });
  const second = session.call({ type: "c.d" });
  const refs = ["a.b", "c.d"].map((type) => socket.last(type)["ref"]);
  socket.deliver({ type: "error", ref: refs[1], code: 1300, key: "FORBIDDEN", message: { zh: "不行", en: "No" }, temporary: false, params: {} });
  socket.deliver({ type: "reply", ref: refs[0], result: { fine: 1 } });
  await expect(first).resolves.toEqual({ fine: 1 });
  const problem = await second.catch((cause: unknown) => cause);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ key: "FORBIDDEN", temporary: false });
  expect((problem as Problem).text("en")).toBe("No");
});

test("an answer that does not come times out; nothing can be called while there is no line", async () => {
  await expect(session.call({ type: "a.b" })).rejects.toMatchObject({ key: "CLOSED" });
  await goOnline();
  const call = session.call({ type: "a.b" }, 1_000);
  const outcome = expect(call).rejects.toMatchObject({ key: "TIMEOUT" });
  await vi.advanceTimersByTimeAsync(1_001);
  await outcome;
});

test("a broken line rejects what is under way and comes back with jitter", async () => {
  const socket = await goOnline();
  const call = session.call({ type: "a.b" });
  socket.end();
  await expect(call).rejects.toMatchObject({ key: "CLOSED" });
  expect(states.at(-1)).toBe("waiting");
  await vi.advanceTimersByTimeAsync(249);
  expect(sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(sockets).toHaveLength(2);
  newest().accept();
  await settle();
  expect(states.at(-1)).toBe("online");
});

test("waits as long as the server advises", async () => {
  (await goOnline()).end(1012, "SERVICE_RESTART retry_after_ms=3000");
  await vi.advanceTimersByTimeAsync(3_249);
  expect(sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(sockets).toHaveLength(2);
});

test("stays away when the session ended", async () => {
  (await goOnline()).end(4500, "SESSION_ENDED");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(states.at(-1)).toBe("stopped");
  expect(sockets).toHaveLength(1);
});

test("tries grow apart while the server is away, and a wake dials at once", async () => {
  session.start();
  for (const delayMs of [250, 500, 1_000, 2_000, 4_000, 8_000]) {
    const before = sockets.length;
    newest().end();
    await vi.advanceTimersByTimeAsync(delayMs - 1);
    expect(sockets).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(sockets).toHaveLength(7);
  newest().end();
  await vi.advanceTimersByTimeAsync(100);
  session.wake();
  expect(sockets).toHaveLength(8);
});

test("a handshake that is swallowed is given up", async () => {
  session.start();
  await vi.advanceTimersByTimeAsync(10_000 + 250);
  expect(sockets[0]?.closedByClient).toBe(true);
  expect(sockets).toHaveLength(2);
});

test("beats first after a random part, then regularly, and passes the heads on", async () => {
  answer = answering(undefined, () => ({ "chat:1": 9 }));
  const socket = await goOnline();
  await vi.advanceTimersByTimeAsync(WELCOME.heartbeat_ms * 0.5 - 1);
  expect(socket.count("heartbeat")).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(socket.count("heartbeat")).toBe(1);
  await vi.advanceTimersByTimeAsync(WELCOME.heartbeat_ms);
  expect(socket.count("heartbeat")).toBe(2);
  expect(heads.at(-1)).toEqual({ "chat:1": 9 });
});

test("a line that does not answer a beat is a zombie and is replaced", async () => {
  const socket = await goOnline();
  answer = () => null;
  await vi.advanceTimersByTimeAsync(WELCOME.heartbeat_ms * 0.5 + 8_000);
  expect(socket.closedByClient).toBe(true);
  expect(states.at(-1)).toBe("waiting");
  await vi.advanceTimersByTimeAsync(250);
  expect(sockets).toHaveLength(2);
});

test("a server that accepts but never welcomes is left", async () => {
  answer = () => null;
  session.start();
  newest().accept();
  await vi.advanceTimersByTimeAsync(8_000 + 250);
  expect(sockets).toHaveLength(2);
});

test("events and pushes reach the listener; what cannot be read is skipped", async () => {
  const socket = await goOnline();
  socket.deliver({ type: "chat.sent", topic: "chat:1", seq: 1, at_ms: 5 });
  socket.deliver({ type: "lagged", heads: { "chat:1": 4 } });
  socket.deliver({ type: "unsubscribed", topic: "chat:2", key: "UNKNOWN_TOPIC" });
  socket.onmessage?.({ data: "{" });
  socket.onmessage?.({ data: new ArrayBuffer(2) });
  expect(events).toHaveLength(1);
  expect(heads).toEqual([{ "chat:1": 4 }]);
  expect(closedTopics).toEqual(["chat:2"]);
});

test("when the device loses its network the line is given up at once", async () => {
  const socket = await goOnline();
  const call = session.call({ type: "a.b" });
  session.networkLost();
  await expect(call).rejects.toMatchObject({ key: "CLOSED" });
  expect(socket.closedByClient).toBe(true);
  expect(states.at(-1)).toBe("waiting");
  session.wake();
  expect(sockets).toHaveLength(2);
});

test("stopping closes the line for good", async () => {
  const socket = await goOnline();
  session.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(socket.closedByClient).toBe(true);
  expect(sockets).toHaveLength(1);
  expect(states.at(-1)).toBe("idle");
});
