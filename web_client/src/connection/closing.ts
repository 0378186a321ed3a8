/** What the close of a socket means for us (server: channels/protocol/close_codes.py). Pure. */
export interface Closing {
  code: number;
  /** Stable word of the close table, or "" when the line simply broke. */
  key: string;
  reconnect: boolean;
  /** The server's advice how long to stay away. */
  retryAfterMs: number;
}

/** 1002 protocol error, 1007 not UTF-8, 1009 too big: the same bytes would fail again. */
const TERMINAL = new Set([1002, 1007, 1009]);

export function readClosing(code: number, reason: string): Closing {
  const [key = "", ...rest] = reason.split(" ");
  const advice = /^retry_after_ms=(\d{1,9})$/.exec(rest.join(" "));
  return {
    code,
    key,
    // 4500–4549: signed out, refused, too old. Everything else is worth another try.
    reconnect: !TERMINAL.has(code) && !(code >= 4500 && code < 4550),
    retryAfterMs: advice === null ? 0 : Number(advice[1]),
  };
}
