import { defineStore } from "pinia";
import { reactive, watch } from "vue";

import { device } from "@/connection/device";

/**
 * What is being written in a room or thread. New messages are kept on the device, so that neither a change of rooms nor a
 * closed page or a new version of the client loses one; a message that is being edited is not.
 */
export interface Writing {
  text: string;
  replyTo: number | null;
  /** Message being edited; null when a new one is written. */
  editing: number | null;
  /** What stood in the field before editing began. */
  before: string;
  /** Picked from the list: member -> name behind the @. */
  picked: Map<string, string>;
}

interface KeptDraft {
  text: string;
  replyTo: number | null;
  picked: [string, string][];
}

const PREFIX = "draft/";
const KEEP_AFTER_MS = 400;

/** Nothing written yet. */
export const blankWriting = (): Writing => ({ text: "", replyTo: null, editing: null, before: "", picked: new Map() });

/** What is kept of a draft; undefined when there is nothing to lose. Pure. */
export function kept(writing: Writing): KeptDraft | undefined {
  const text = writing.editing === null ? writing.text : writing.before;
  if (text === "" && writing.replyTo === null) return undefined;
  return { text, replyTo: writing.replyTo, picked: [...writing.picked] };
}

export const useDrafts = defineStore("drafts", () => {
  const writings = reactive(new Map<string, Writing>());

  function of(room: string, thread: number | null): Writing {
    const key = `${room} ${String(thread)}`;
    if (!writings.has(key)) writings.set(key, blankWriting());
    return writings.get(key) as Writing;
  }

  /** Take up what the device has, and keep what is written from now on. */
  function start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const keep = (): void => {
      clearTimeout(timer);
      timer = undefined;
      void device.put(new Map([...writings].map(([key, writing]) => [PREFIX + key, kept(writing)])));
    };
    void device.under(PREFIX).then((found) => {
      if (stopped) return;
      for (const [key, draft] of found) if (kept(writings.get(key) ?? blankWriting()) === undefined) restore(key, draft as KeptDraft);
    });
    const stopWatch = watch(writings, () => (timer ??= setTimeout(keep, KEEP_AFTER_MS)), { deep: true });
    const hidden = (): void => {
      if (timer !== undefined) keep();
    };
    addEventListener("pagehide", hidden);
    return () => {
      stopped = true;
      clearTimeout(timer);
      stopWatch();
      removeEventListener("pagehide", hidden);
      writings.clear();
    };
  }

  function restore(key: string, { text, replyTo, picked }: KeptDraft): void {
    const writing = writings.get(key);
    if (writing === undefined) writings.set(key, { ...blankWriting(), text, replyTo, picked: new Map(picked) });
    else Object.assign(writing, { text, replyTo, picked: new Map(picked) });
  }

  return { of, start };
});

export function beginEdit(writing: Writing, message: number, text: string): void {
  if (writing.editing === null) writing.before = writing.text;
  writing.editing = message;
  writing.replyTo = null;
  writing.text = text;
}

export function endEdit(writing: Writing): void {
  if (writing.editing === null) return;
  writing.editing = null;
  writing.text = writing.before;
  writing.before = "";
}
