import type { ChatAttachment } from "@/protocol/chat";

/** Longest side of a single thumbnail, and the square of several, in px. */
const ONE_PX = 220;
const MANY_PX = 104;

/** A long narrow picture stays large enough to be pressed. */
const MIN_PX = 48;

export const isPicture = (attachment: ChatAttachment): boolean => attachment.kind === "image" && attachment.thumbnail;
export const fileUrl = (attachment: ChatAttachment): string => `/api/v1/files/${attachment.id}`;
export const thumbnailUrl = (attachment: ChatAttachment): string => `${fileUrl(attachment)}/thumbnail`;

/** The box a thumbnail is drawn in, known before it is loaded so that nothing jumps; it may become narrower on a phone. */
export function pictureBox(picture: ChatAttachment, count: number): { width: string; aspectRatio: string } {
  if (count > 1) return { width: `${String(MANY_PX)}px`, aspectRatio: "1" };
  const [width, height] = [picture.width || ONE_PX, picture.height || ONE_PX];
  const scale = Math.min(1, ONE_PX / Math.max(width, height));
  const box = { width: Math.max(MIN_PX, Math.round(width * scale)), height: Math.max(MIN_PX, Math.round(height * scale)) };
  return { width: `${String(box.width)}px`, aspectRatio: `${String(box.width)} / ${String(box.height)}` };
}
