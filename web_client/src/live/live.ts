import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, type Ref } from "vue";

import type { Closing } from "@/connection/closing";
import { Connection } from "@/connection/connection";
import { device } from "@/connection/device";
import { openShelf } from "@/connection/keeping";
import type { Outgoing, OutboxListener } from "@/connection/outbox";
import { forgetKept, storageKeep } from "@/connection/outbox_keep";
import { ownProblem } from "@/connection/problem";
import type { SessionState } from "@/connection/session";
import type { TopicReader } from "@/connection/topics";
import type { AnyCommand, CommandBody, ResultOf } from "@/protocol/wire";

import { i18n } from "../i18n";
import { openLine } from "./line";
import { statusOf, type LiveStatus } from "./status";

/** A break shorter than this is not worth a word; saying it would only make the page jump. */
const QUIET_MS = 1_200;

/** The one live connection of this page, as Vue sees it. Opened at sign-in and closed at sign-out by the app. */
export const useLive = defineStore("live", () => {
  const status = ref<LiveStatus>("idle");
  const told = ref<LiveStatus>("idle");
  const connection = shallowRef<Connection | null>(null);
  const ended = ref<string | null>(null);
  const outgoing = new Set<OutboxListener>();
  let line: ReturnType<typeof openLine> | null = null;
  let wasOnline = false;
  let opening = 0;
  let session: SessionState = "idle";
  let quiet: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    status.value = statusOf(session, wasOnline, navigator.onLine);
    clearTimeout(quiet);
    if (status.value === "online" || status.value === "idle") told.value = status.value;
    else quiet = setTimeout(() => (told.value = status.value), told.value === "online" || told.value === "idle" ? QUIET_MS : 0);
  }

  function took(state: SessionState, closing: Closing | null): void {
    session = state;
    if (state === "online") wasOnline = true;
    if (state === "stopped") ended.value = closing?.key ?? "";
    show();
  }

  const tell = (call: (listener: OutboxListener) => void): void => {
    for (const listener of outgoing) call(listener);
  };

  /**
   * Connect as this member; what the device has of their rooms, and messages they have not sent, are taken up again.
   * False when it was closed before it was open.
   */
  async function open(member: string): Promise<boolean> {
    close();
    ended.value = null;
    const mine = (opening += 1);
    await device.claim(member);
    const shelf = await openShelf(device, Date.now());
    if (mine !== opening) return false;
    line = openLine(member);
    connection.value = new Connection(
      { open: line.open, random: Math.random, localMs: Date.now, keep: storageKeep(localStorage, member), shelf },
      { client: `web/${__CLIENT_VERSION__}`, locale: () => (i18n.global.locale.value === "en" ? "en" : "zh-CN") },
      { state: took, welcomed: () => undefined },
      {
        changed: (entry) => {
          tell((listener) => {
            listener.changed(entry);
          });
        },
        sent: (entry, result) => {
          tell((listener) => {
            listener.sent(entry, result);
          });
        },
        removed: (entry) => {
          tell((listener) => {
            listener.removed(entry);
          });
        },
      },
    );
    connection.value.start();
    return true;
  }

  function close(): void {
    opening += 1;
    connection.value?.stop();
    connection.value = null;
    line?.close();
    line = null;
    wasOnline = false;
    session = "idle";
    show();
  }

  /** Nothing a member wrote or read stays on the device after sign-out. */
  async function forget(): Promise<void> {
    close();
    forgetKept(localStorage);
    await device.wipe();
  }

  /** Send a command now; rejects with `Problem`, at once when there is no line. What must not be lost goes through the outbox. */
  function call<C extends CommandBody>(command: C): Promise<ResultOf<C>> {
    return connection.value?.call(command) ?? Promise.reject(ownProblem("CLOSED"));
  }

  /** Server time, milliseconds since the epoch. */
  const nowMs = (): number => connection.value?.clock.nowMs() ?? Date.now();

  const wake = (): void => {
    show();
    if (document.visibilityState === "visible") connection.value?.wake();
  };
  addEventListener("online", wake);
  addEventListener("offline", () => {
    connection.value?.networkLost();
    show();
  });
  document.addEventListener("visibilitychange", () => {
    wake();
    if (document.visibilityState === "hidden") connection.value?.topics.keepNow();
  });
  addEventListener("pagehide", () => connection.value?.topics.keepNow());

  return {
    status,
    /** Why the server ended the connection for good (key of its close table); null while it has not. */
    ended,
    /** Key of the sentence of the quiet bar; null when there is nothing to say. */
    notice: computed(() => (told.value === "idle" || told.value === "online" ? null : told.value)),
    online: computed(() => status.value === "online"),
    open,
    close,
    forget,
    call,
    nowMs,
    enter: (topic: string, reader: TopicReader) => connection.value?.topics.enter(topic, reader),
    leave: (topic: string) => connection.value?.topics.leave(topic),
    position: (topic: string) => connection.value?.topics.position(topic) ?? null,
    startOver: (topic: string) => connection.value?.topics.startOver(topic),
    cid: () => connection.value?.cid() ?? "",
    outbox: {
      all: (): Outgoing[] => connection.value?.outbox.all() ?? [],
      add: (cid: string, lane: string, command: AnyCommand, shown: Record<string, unknown>) =>
        connection.value?.outbox.add({ cid, lane, command, shown, createdAtMs: nowMs() }),
      retry: (cid: string) => connection.value?.outbox.retry(cid),
      discard: (cid: string) => connection.value?.outbox.discard(cid),
      /** Be told of every change; returns the way to stop. */
      listen: (listener: OutboxListener) => {
        outgoing.add(listener);
        return () => void outgoing.delete(listener);
      },
    },
  };
});

/** Server time that moves on by itself, for words like 今天 and for time limits. */
export function useNow(everyMs = 30_000): Ref<number> {
  const live = useLive();
  const now = ref(live.nowMs());
  const timer = setInterval(() => (now.value = live.nowMs()), everyMs);
  onScopeDispose(() => {
    clearInterval(timer);
  });
  return now;
}
