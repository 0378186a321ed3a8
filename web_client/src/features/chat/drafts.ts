import { defineStore } from "pinia";
import { reactive } from "vue";

/** What is being written in a room or thread. Lives as long as the page, so switching rooms loses nothing. */
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

export const useDrafts = defineStore("drafts", () => {
  const writings = reactive(new Map<string, Writing>());

  function of(room: string, thread: number | null): Writing {
    const key = `${room} ${String(thread)}`;
    if (!writings.has(key)) writings.set(key, { text: "", replyTo: null, editing: null, before: "", picked: new Map() });
    return writings.get(key) as Writing;
  }

  function clear(): void {
    writings.clear();
  }

  return { of, clear };
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
