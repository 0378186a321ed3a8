import { enableAutoUnmount, flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ownProblem } from "@/connection/problem";
import { useMe } from "@/features/me/contract";
import { i18n, setLocale } from "@/i18n";
import { useLive } from "@/live/live";
import type { ChatAttachment, ChatMessage } from "@/protocol/chat";

import { message, person } from "./chat.testkit";
import ChatFind from "./ChatFind.vue";
import { findMessages, heldMessages, piecesOf } from "./find";
import { setAside, type RoomHolding } from "./holding";
import { peopleRows } from "./people_rows";
import { amend } from "./reduce";
import { useRoomFiles } from "./room_files";
import { useRooms } from "./store";

const push = vi.hoisted(() => vi.fn(() => Promise.resolve()));
vi.mock("vue-router", () => ({ useRouter: () => ({ push }), useRoute: () => ({}) }));
enableAutoUnmount(afterEach);

const file = (id: string): ChatAttachment => ({ id, name: `${id}.pdf`, kind: "file", mime: "application/pdf", size_bytes: 1, width: null, height: null, thumbnail: false });
const gone = { how: "recalled" as const, by: "anna", reason: null };

test("every word must be found, in the text or in names of files, whatever its case", () => {
  const messages = [
    message(1, { text: "今晚七点开会" }),
    message(2, { text: "会议 Agenda 已发" }),
    message(3, { text: "", attachments: [file("AGENDA-7")] }),
    message(4, { text: "agenda", gone }),
    message(5, { text: "a.b" }),
  ];
  const seqs = (query: string): number[] => findMessages(messages, query).map((one) => one.seq);
  expect(seqs("agenda")).toEqual([3, 2]);
  expect(seqs(" 会 agenda ")).toEqual([2]);
  expect(seqs("会")).toEqual([2, 1]);
  expect(seqs("a.b")).toEqual([5]);
  expect(seqs("a.d")).toEqual([]);
  expect(seqs("(")).toEqual([]);
  expect(seqs("  ")).toEqual([]);
});

test("hits are marked, and a long text is shown around its first one", () => {
  expect(piecesOf("七点开会,七点半结束", "七点 会")).toEqual([
    { text: "七点", hit: true },
    { text: "开", hit: false },
    { text: "会", hit: true },
    { text: ",", hit: false },
    { text: "七点", hit: true },
    { text: "半结束", hit: false },
  ]);
  const pieces = piecesOf(`${"😀".repeat(300)}到场${"好".repeat(300)}`, "到场");
  expect(pieces.map((piece) => piece.hit)).toEqual([false, true, false]);
  expect(pieces[0]?.text).toBe(`…${"😀".repeat(8)}`);
  expect(pieces[2]?.text.endsWith("…")).toBe(true);
  expect(pieces.map((piece) => piece.text).join("").isWellFormed()).toBe(true);
});

test("people stand in their groups, those who are here first, last those in none", () => {
  const people = [person("a", "安", { groups: ["二组"] }), person("b", "贝", { groups: ["一组", "二组"] }), person("c", "陈"), person("d", "丁", { groups: ["一组"] })];
  const rows = peopleRows(people, ["一组", "三组", "二组"], (one) => one.member === "d" || one.member === "b");
  expect(rows.map((row) => (row.kind === "group" ? `${row.name} ${String(row.here)}/${String(row.count)}` : row.person.member))).toEqual(["一组 2/2", "b", "d", "二组 1/2", "b", "a", " 0/1", "c"]);
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  expect(peopleRows(people, [], () => false).map((row) => row.kind)).toEqual(["person", "person", "person", "person"]);
});

let holding: RoomHolding;
let pages: (ChatMessage[] | null)[];
let asked: Record<string, unknown>[];

beforeEach(async () => {
  setActivePinia(createPinia());
  await setLocale("zh-CN");
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }));
  [pages, asked] = [[], []];
  const live = useLive();
  live.enter = () => undefined;
  live.call = ((command: Record<string, unknown>) => {
    asked.push(command);
    const page = pages.shift();
    if (page === null) return Promise.reject(ownProblem("NETWORK"));
    return Promise.resolve({ thread: null, root: null, head_n: 9, messages: page ?? [], more: pages.length > 0, more_before: false, more_after: true });
  }) as typeof live.call;
  useMe().state = { member: "me", name: "我", rooms: [], notices: [], preferences: { typing_visible: true, locale: "zh-CN", large_type: false, theme: "system" } };
  holding = useRooms().hold("room");
  const messages = [message(6, { text: "今晚七点" }), message(8, { text: "改到八点" }), message(9, { text: "七点半" })];
  holding.chat = { room: { room: "room", head_n: 9, messages, more_before: true, pins: [] }, threads: { 6: [message(7, { thread: 6, text: "七点好" })] } };
});

const withFile = (seq: number): ChatMessage => message(seq, { attachments: [file(`f${String(seq)}`)] });

test("files are asked for page by page, joined with what came since, and leave with their message", async () => {
  pages = [[withFile(5), withFile(4)], [withFile(2)]];
  const files = useRoomFiles(holding);
  await files.load();
  const seqs = (): number[] => files.messages.value.map((one) => one.seq);
  expect([seqs(), files.more.value]).toEqual([[5, 4], true]);
  holding.chat = { threads: {}, room: { room: "room", head_n: 10, messages: [withFile(3), withFile(10)], more_before: true, pins: [] } };
  expect(seqs(), "3 lies behind the pages asked for").toEqual([10, 5, 4]);
  await files.load();
  expect(asked.map((command) => command["before"])).toEqual([undefined, 4]);
  expect([seqs(), files.more.value]).toEqual([[10, 5, 4, 3, 2], false]);
  setAside(holding, 5, amend(withFile(5), { type: "chat.recalled", topic: "chat:room", seq: 11, at_ms: 0, message: 5, by: "anna" }));
  expect(seqs()).toEqual([10, 4, 3, 2]);
});

test("without a network the files of loaded messages are there, and asking again works", async () => {
  pages = [null, [withFile(5)]];
  holding.chat = { threads: {}, room: { room: "room", head_n: 10, messages: [withFile(9)], more_before: true, pins: [] } };
  const files = useRoomFiles(holding);
  await files.load();
  expect([files.problem.value?.key, files.messages.value.length]).toEqual(["NETWORK", 1]);
  await files.load();
  expect([files.problem.value, files.messages.value.map((one) => one.seq)]).toEqual([null, [9, 5]]);
});

test("the search walks from match to match, says how far back it looked and loads more", async () => {
  const wrapper = mount(ChatFind, { props: { room: "room" }, global: { plugins: [i18n] } });
  const field = wrapper.get("input");
  await field.setValue("七点");
  expect(wrapper.findAll("mark").map((mark) => mark.text())).toEqual(["七点", "七点", "七点"]);
  expect(wrapper.get("[role=status]").text()).toBe("找到 3 条");
  expect(wrapper.text()).toContain("已查找 4 条已载入的消息");
  const wanted: unknown[] = [];
  for (const shiftKey of [false, false, true]) {
    await field.trigger("keydown", { key: "Enter", shiftKey });
    await flushPromises();
    wanted.push(holding.wanted);
  }
  expect(wanted).toEqual([{ seq: 9, thread: null }, { seq: 7, thread: 6 }, { seq: 9, thread: null }]);
  expect(push.mock.calls).toEqual([[{ name: "chat.thread", params: { room: "room", thread: "6" } }]]);
  expect(wrapper.get("[aria-current]").text()).toContain("七点半");
  pages = [[message(1, { text: "七点?" })]];
  await wrapper.findAll("button").at(-1)?.trigger("click");
  await flushPromises();
  expect(wrapper.get("[role=status]").text()).toBe("第 1 条,共 4 条");
  expect(wrapper.text()).toContain("已查找房间里的全部 5 条消息");
  expect(heldMessages(holding)).toHaveLength(5);
});
