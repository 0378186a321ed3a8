import type { ChatAttachment } from "@/protocol/chat";

/** Longest side of a single thumbnail, and the square of several, in px. */
const ONE_PX = 220;
const MANY_PX = 104;

export const isPicture = (attachment: ChatAttachment): boolean => attachment.kind === "image" && attachment.thumbnail;
export const fileUrl = (attachment: ChatAttachment): string => `/api/v1/files/${attachment.id}`;
export const thumbnailUrl = (attachment: ChatAttachment): string => `${fileUrl(attachment)}/thumbnail`;

/** The size a thumbnail is drawn at, known before it is loaded so that nothing jumps. */
export function pictureBox(picture: ChatAttachment, count: number): { width: number; height: number } {
  if (count > 1) return { width: MANY_PX, height: MANY_PX };
  const [width, height] = [picture.width ?? ONE_PX, picture.height ?? ONE_PX];
  const scale = Math.min(1, ONE_PX / Math.max(width, height, 1));
  return { width: Math.max(48, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}
