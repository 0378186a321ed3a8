/** Code points of a message in the room list and in quotes (server: channels/chat/contract.py). */
export const PREVIEW_MAX = 80;

/** White space as Python's `str.split()` sees it; wider than JavaScript's `\s` by the separators U+001C–U+001F and U+0085. */
const WHITE = /[\s\u001c-\u001f\u0085]+/u;

/** The first `limit` code points of a message on one line, `…` last when something was cut. */
export function excerpt(text: string, limit = PREVIEW_MAX): string {
  const all = [...text];
  const line = [...all.slice(0, limit * 4).join("").split(WHITE).filter((word) => word !== "").join(" ")];
  if (line.length > limit || all.length > limit * 4) return `${line.slice(0, limit - 1).join("")}…`;
  return line.join("");
}
