import type { SessionState } from "@/connection/session";

/** How the connection stands, in the words people read. */
export type LiveStatus = "idle" | "connecting" | "online" | "reconnecting" | "offline" | "stopped";

/** `wasOnline`: there was a session since this page opened. `network`: the device believes it has a network. */
export function statusOf(session: SessionState, wasOnline: boolean, network: boolean): LiveStatus {
  if (session === "idle" || session === "online" || session === "stopped") return session;
  if (!network) return "offline";
  return wasOnline ? "reconnecting" : "connecting";
}
