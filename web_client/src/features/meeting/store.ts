import { defineStore } from "pinia";
import { computed, onScopeDispose, shallowReactive, shallowRef, watch, type ComputedRef } from "vue";

import type { Problem } from "@/connection/problem";
import { useMe } from "@/features/me/contract";
import { useLive } from "@/live/live";
import type { Meeting, MeetingChange, MeetingCounted, MeetingCounts, MeetingLine, MeetingSelf, MeetingSheet, MeetingSnapshot, SheetLogEvent } from "@/protocol/meeting";

import { whenOnline } from "./ready";
import { changed, reduceSheet } from "./reduce";

const DAY_MS = 86_400_000;

/** Thousands hear that a meeting opened; they ask for their own part spread over this time. */
const SPREAD_MS = 1_000;

/** All this page holds of one meeting. Each field is replaced, never changed inside. */
export interface MeetingHolding {
  readonly id: string;
  meeting: Meeting | null;
  you: MeetingSelf | null;
  counts: MeetingCounts | null;
  sheet: MeetingSheet | null;
  /** Whose name was heard last in the roll-call. */
  last: string | null;
  names: ReadonlyMap<string, string>;
  lost: boolean;
  problem: Problem | null;
  users: number;
}

const isFloorEvent = (event: object): event is { change: MeetingChange } => "change" in event;

/** Meetings this page shows: lists, and the ones that are open. */
export const useMeetings = defineStore("meetings", () => {
  const live = useLive();
  const open = new Map<string, MeetingHolding>();
  const lines = shallowRef<readonly MeetingLine[] | null>(null);

  async function load(): Promise<void> {
    await whenOnline();
    const now = live.nowMs();
    const found = await live.call({ type: "meeting.list", unit: null, after_ms: Math.max(0, now - 180 * DAY_MS), before_ms: now + 366 * DAY_MS });
    lines.value = found.meetings;
  }

  function hold(id: string): MeetingHolding {
    let holding = open.get(id);
    if (holding === undefined) {
      holding = shallowReactive({ id, meeting: null, you: null, counts: null, sheet: null, last: null, names: new Map<string, string>(), lost: false, problem: null, users: 0 });
      open.set(id, holding);
      void enterSoon(holding);
    }
    holding.users += 1;
    return holding;
  }

  async function enterSoon(holding: MeetingHolding): Promise<void> {
    await whenOnline();
    if (open.get(holding.id) === holding) enter(holding);
  }

  function release(holding: MeetingHolding): void {
    holding.users -= 1;
    if (holding.users > 0) return;
    open.delete(holding.id);
    live.leave(`meeting:${holding.id}`);
    live.leave(`meeting:${holding.id}-sheet`);
  }

  function enter(holding: MeetingHolding): void {
    live.enter(`meeting:${holding.id}`, {
      snapshot: (state) => {
        const shown = state as unknown as MeetingSnapshot;
        Object.assign(holding, { meeting: shown.meeting, you: shown.you, counts: shown.counts, lost: false, problem: null });
        if (shown.you?.desk === true && holding.sheet === null) enterSheet(holding);
        void loadNames(holding);
      },
      event: (event) => {
        if (event.type === "meeting.counted") heard(holding, event as unknown as MeetingCounted);
        else if (isFloorEvent(event) && holding.meeting !== null) {
          holding.meeting = changed(holding.meeting, event.change);
          const { stage, officers, roll } = event.change;
          if (event.type === "meeting.vote_opened") forgetVotes(holding, event.change);
          if (stage !== null || officers !== null || roll !== null) setTimeout(() => void refresh(holding), Math.random() * SPREAD_MS);
        }
      },
      lost: (problem) => {
        Object.assign(holding, { lost: true, problem });
      },
    });
  }

  function enterSheet(holding: MeetingHolding): void {
    const topic = `meeting:${holding.id}-sheet`;
    live.enter(topic, {
      snapshot: (state) => {
        holding.sheet = (state as unknown as MeetingSnapshot).sheet;
      },
      event: (event) => {
        if (event.type === "meeting.roll_frozen") live.startOver(topic);
        else if (holding.sheet !== null) holding.sheet = reduceSheet(holding.sheet, event as unknown as SheetLogEvent);
      },
      lost: () => {
        holding.sheet = null;
      },
    });
  }

  function heard(holding: MeetingHolding, event: MeetingCounted): void {
    if (holding.counts !== null && event.counts.at < holding.counts.at) return;
    holding.counts = event.counts;
    holding.last = event.last;
  }

  /** A vote that was put off and is opened again begins anew. */
  function forgetVotes(holding: MeetingHolding, change: MeetingChange): void {
    const opened = new Set(change.motions_set.map((motion) => motion.id));
    if (holding.you !== null) holding.you = { ...holding.you, voted: holding.you.voted.filter((id) => !opened.has(id)) };
  }

  /** The own part is not told to everybody: asked for after what may have changed it. */
  async function refresh(holding: MeetingHolding): Promise<void> {
    try {
      const { you } = await live.call({ type: "meeting.me", meeting: holding.id });
      holding.you = you;
      if (you.desk && holding.sheet === null) enterSheet(holding);
    } catch {
      // Comes with the next snapshot.
    }
  }

  async function loadNames(holding: MeetingHolding): Promise<void> {
    const unit = holding.meeting?.unit;
    if (unit === undefined || holding.names.size > 0) return;
    const names = new Map<string, string>();
    let after: string | null = null;
    try {
      do {
        const page: { people: { member: string; name: string }[]; more: boolean } = await live.call({ type: "chat.people", room: unit, after });
        for (const person of page.people) names.set(person.member, person.name);
        after = page.more ? (page.people.at(-1)?.member ?? null) : null;
      } while (after !== null);
    } catch {
      // Whoever runs a group's meeting from outside the group has no room there; names stay numbers of the roll.
    }
    holding.names = names;
  }

  return { lines, load, hold, release, refresh: (id: string) => (open.has(id) ? refresh(open.get(id) as MeetingHolding) : Promise.resolve()) };
});

/** One meeting while the caller's component stands. */
export function useMeeting(id: string): MeetingHolding {
  const meetings = useMeetings();
  const me = useMe();
  const holding = meetings.hold(id);
  watch(
    () => me.meetingNews,
    (news) => {
      if (news?.meeting === id) void meetings.refresh(id);
    },
  );
  onScopeDispose(() => {
    meetings.release(holding);
  });
  return holding;
}

/** The own part as an answer told it. */
export function takeOwn(holding: MeetingHolding, you: MeetingSelf): void {
  holding.you = you;
}

/** Names of a meeting. */
export function useNameOf(holding: MeetingHolding): ComputedRef<(member: string) => string> {
  return computed(() => (member: string) => holding.names.get(member) ?? "");
}
