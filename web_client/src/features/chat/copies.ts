import { download } from "@/connection/download";
import { upload } from "@/connection/upload";
import type { ChatAttachment } from "@/protocol/chat";

/**
 * Bring files of one room into another: fetched and sent like any other file, so that the server judges both sides as always, and
 * each copy lives and goes with the message it is in. Throws `Problem`.
 */
export async function copyFiles(files: readonly ChatAttachment[], room: string, signal: AbortSignal, done: (count: number) => void): Promise<ChatAttachment[]> {
  const copies: ChatAttachment[] = [];
  for (const file of files) {
    const body = await download(`/files/${file.id}`, signal);
    copies.push(
      await upload<ChatAttachment>({
        path: `/files?room=${encodeURIComponent(room)}`,
        file: new Blob([body], { type: file.mime }),
        name: file.name,
        progress: () => undefined,
        signal,
      }),
    );
    done(copies.length);
  }
  return copies;
}
