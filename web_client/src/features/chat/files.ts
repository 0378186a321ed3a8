import { ref, shallowRef, onScopeDispose } from "vue";

import { Problem } from "@/connection/problem";
import { upload } from "@/connection/upload";
import type { ChatAttachment } from "@/protocol/chat";

/** Most files in one message (server: channels/chat/protocol.py). */
export const FILES_MAX = 9;

/** A file picked for the message being written. */
export interface PickedFile {
  key: number;
  name: string;
  sizeBytes: number;
  /** Local picture to show meanwhile; null for documents. */
  preview: string | null;
  /** 0–1. */
  progress: number;
  /** Set when the server has it. */
  attachment: ChatAttachment | null;
  problem: Problem | null;
}

interface Held extends PickedFile {
  file: File;
  cancel: AbortController;
}

/** Formats browsers draw themselves; others (HEIC) are shown as a card until the server has made a thumbnail. */
const DRAWABLE = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);

/** Files of one composer: uploaded as soon as they are picked, so that sending does not wait. */
export function usePickedFiles(room: () => string) {
  const files = shallowRef<Held[]>([]);
  const tooMany = ref(false);
  let nextKey = 1;

  /** A new list, so that whoever draws it sees what changed inside. */
  function redraw(): void {
    files.value = [...files.value];
  }

  function add(picked: Iterable<File>): void {
    tooMany.value = false;
    for (const file of picked) {
      if (files.value.length >= FILES_MAX) {
        tooMany.value = true;
        return;
      }
      const held: Held = {
        key: nextKey++,
        name: file.name || "image.png",
        sizeBytes: file.size,
        preview: DRAWABLE.has(file.type) ? URL.createObjectURL(file) : null,
        progress: 0,
        attachment: null,
        problem: null,
        file,
        cancel: new AbortController(),
      };
      files.value = [...files.value, held];
      void start(held);
    }
  }

  async function start(held: Held): Promise<void> {
    held.problem = null;
    held.progress = 0;
    held.cancel = new AbortController();
    try {
      held.attachment = await upload<ChatAttachment>({
        path: `/files?room=${encodeURIComponent(room())}`,
        file: held.file,
        name: held.name,
        progress: (part) => {
          held.progress = part;
          redraw();
        },
        signal: held.cancel.signal,
      });
    } catch (problem) {
      if (problem instanceof Problem && problem.key !== "CLOSED") held.problem = problem;
    }
    redraw();
  }

  function retry(key: number): void {
    const held = files.value.find((file) => file.key === key);
    if (held?.problem) void start(held);
    redraw();
  }

  function remove(key: number): void {
    const held = files.value.find((file) => file.key === key);
    if (held === undefined) return;
    held.cancel.abort();
    if (held.preview !== null) URL.revokeObjectURL(held.preview);
    files.value = files.value.filter((file) => file.key !== key);
    tooMany.value = false;
  }

  function clear(): void {
    for (const held of [...files.value]) remove(held.key);
  }

  /** What the server has of them, in the order they were picked. */
  const attachments = (): ChatAttachment[] => files.value.flatMap((file) => file.attachment ?? []);
  const allUploaded = (): boolean => files.value.every((file) => file.attachment !== null);

  onScopeDispose(clear);
  return { files, tooMany, add, retry, remove, clear, attachments, allUploaded };
}
