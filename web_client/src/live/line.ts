import { uuid7 } from "@/connection/ids";
import type { ChannelLike } from "@/connection/line_world";
import { SharedLine } from "@/connection/shared_line";
import type { SocketLike } from "@/connection/socket";

const dial = (): SocketLike => {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/ws`) as unknown as SocketLike;
};

/** Origins that are not secure, and old browsers, lack one of the two. */
const canMeet = (): boolean => "locks" in navigator && typeof BroadcastChannel === "function";

/** The line of a member as this page takes part in it: how to open sockets, and how to leave. */
export function openLine(member: string): { open: () => SocketLike; close: () => void } {
  const line = new SharedLine(member, {
    dial,
    localMs: Date.now,
    page: uuid7(Date.now()),
    visible: () => document.visibilityState === "visible",
    meeting: canMeet()
      ? {
          locks: { request: (name, options, held) => navigator.locks.request(name, options, held) },
          channel: (name) => new BroadcastChannel(name) as unknown as ChannelLike,
        }
      : null,
  });
  // A page in the back-forward cache or frozen does not answer the others, so it must not own what they need.
  const sleep = (): void => {
    line.sleep();
  };
  const look = (): void => {
    if (document.visibilityState === "visible") line.look();
  };
  addEventListener("pagehide", sleep);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("freeze", sleep);
  return {
    open: () => line.open(),
    close: () => {
      removeEventListener("pagehide", sleep);
      document.removeEventListener("visibilitychange", look);
      document.removeEventListener("freeze", sleep);
      line.sleep();
    },
  };
}
