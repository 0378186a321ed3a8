import type { Pinia } from "pinia";
import { computed } from "vue";

import { useNames } from "@/features/chat/names";
import { usePicking } from "@/features/chat/picking";
import { provideChatScope, type ChatScope } from "@/features/chat/scope";
import { useRooms } from "@/features/chat/store";
import { useMe } from "@/features/me/contract";
import { useIdentity } from "@/identity/identity";
import { useLive } from "@/live/live";

import { last, ME, message, NOW_MS, peopleOf, refusalOf, room, ROOM, talkOf, textsOf, ZONE, type Texts } from "./values";

/** Rooms that never come: one is still being loaded, one is closed to us. */
export const COMING = "coming";
export const GONE = "gone";

/** Fill the stores as if 宋佳宁 were signed in and connected, at a standing clock. There is no connection behind it: whatever is sent is refused. */
export function setStage(pinia: Pinia, locale: string): void {
  const texts = textsOf(locale);
  const { branch, names } = texts;
  useIdentity(pinia).take({
    step: "done",
    account: { id: "account", login: "song.jianing", factor: true, recovery_left: 8, system: [] },
    member: { id: ME, name: names.song, branch: ROOM, branch_name: branch, units: [ROOM], roles: ["member"], capabilities: ["chat.pin", "chat.delete"] },
    org: { name: branch, template: "party_branch_zh", terms: {}, accent: null, time_zone: ZONE },
  });
  const live = useLive(pinia);
  live.nowMs = () => NOW_MS;
  live.status = "online";
  useMe(pinia).state = {
    member: ME,
    name: names.song,
    rooms: roomsOf(texts),
    notices: [],
    preferences: { typing_visible: false, locale: locale === "en" ? "en" : "zh-CN", large_type: false, theme: "system" },
  };
  setRooms(pinia, texts);
}

function roomsOf(texts: Texts) {
  const { say } = texts;
  return [
    room(ROOM, texts.branch, { kind: "branch", last: last(say.short, { sender: "tian" }), threads: [{ root: 2, head_n: 2, read_n: 1 }] }),
    room("group", texts.group, { last: last(say.ask, {}, 1), head_n: 9, mentions: [{ message: 8, n: 8, thread: null }] }),
    room("direct", texts.direct, { kind: "direct", other: "cao", last: last(say.own, { sender: ME }, 3) }),
    room(COMING, texts.group_new, { last: last(say.next, {}, 40) }),
    room(GONE, texts.page_long, { last: last(say.note, {}, 400) }),
  ];
}

function setRooms(pinia: Pinia, texts: Texts): void {
  const rooms = useRooms(pinia);
  const held = rooms.hold(ROOM);
  held.people = peopleOf(texts);
  held.peopleComplete = true;
  held.present = { count: 2, members: new Set(["lin", "cao"]) };
  held.threadsComplete = new Set([2]);
  held.chat = {
    room: { room: ROOM, head_n: 6, messages: talkOf(texts), more_before: false, pins: [{ message: 1, by: "lin", pinned_at_ms: NOW_MS }] },
    threads: {
      "2": [
        message(11, { sender: "cao", n: 1, thread: 2, text: texts.say.reply }),
        message(12, { sender: ME, n: 2, thread: 2, text: texts.say.draft }),
      ],
    },
  };
  rooms.hold(COMING);
}

/** Close the room `GONE`; entering it had opened it again, as a real one might. */
export function closeRoom(): void {
  const held = useRooms().rooms.get(GONE);
  if (held === undefined) return;
  held.lost = true;
  held.problem = refusalOf("refused");
}

/** What the parts of a room share, for samples that stand outside of one. To be called in a component's setup. */
export function useStageScope(texts: Texts): ChatScope {
  const holding = useRooms().hold(ROOM);
  const { nameOf } = useNames(() => holding);
  const scope: ChatScope = {
    holding,
    thread: null,
    me: computed(() => ME),
    nowMs: computed(() => NOW_MS),
    nameOf,
    act: () => undefined,
    react: () => undefined,
    jump: () => undefined,
    picking: usePicking(holding),
    askDay: () => undefined,
    recalledText: (seq) => (seq === 31 ? texts.say.draft : undefined),
  };
  provideChatScope(scope);
  return scope;
}
