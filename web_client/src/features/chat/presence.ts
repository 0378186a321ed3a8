import type { PresenceChanged, PresenceState } from "@/protocol/chat";

/** Who is in a room now. `members` is null when there are too many to list; then only the figure is known. */
export interface Present {
  count: number;
  members: ReadonlySet<string> | null;
}

export const NOBODY: Present = { count: 0, members: null };

/** Both events set: the state replaces, a change names whoever changed and whoever left. Pure. */
export function reducePresence(present: Present, event: PresenceState | PresenceChanged): Present {
  if (event.type === "presence.state") return { count: event.count, members: event.people === null ? null : new Set(Object.keys(event.people)) };
  if (present.members === null) return { count: event.count, members: null };
  const members = new Set(present.members);
  for (const member of Object.keys(event.people)) members.add(member);
  for (const member of event.gone) members.delete(member);
  return { count: event.count, members };
}
