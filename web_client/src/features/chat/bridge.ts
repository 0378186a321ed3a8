import { useMe } from "@/features/me/contract";
import { useLive } from "@/live/live";
import type { ChatLogEvent } from "@/protocol/chat";
import { PAGE_EVENTS } from "@/protocol/wire";

/**
 * The room list lives on two topics whose snapshots are taken at different moments. A line says up to which entry of its
 * room it tells everything (`head`); whatever lies between that and our position in the room is replayed into the line
 * (server: channels/me/reduce.py). Events that come meanwhile wait, so that none is applied behind a later one.
 */
export function useBridge() {
  const live = useLive();
  const me = useMe();
  const waiting = new Map<string, ChatLogEvent[]>();

  /** An event of a room, for the room list. */
  function tell(room: string, event: ChatLogEvent): void {
    const held = waiting.get(room);
    if (held === undefined) me.apply(event);
    else held.push(event);
  }

  /** A snapshot of the room or of the list came. */
  async function close(room: string): Promise<void> {
    const topic = `chat:${room}`;
    const head = me.room(room)?.head;
    const position = live.position(topic);
    if (head === undefined || position === null || head >= position || waiting.has(room)) return;
    const held: ChatLogEvent[] = [];
    waiting.set(room, held);
    try {
      const page = await live.call({ type: "replay", topic, after: head, before: position + 1, limit: PAGE_EVENTS });
      if (page.more) me.startOver();
      else for (const event of page.events) me.apply(event as unknown as ChatLogEvent);
    } catch {
      // The line broke: the next snapshot or resume closes the gap.
    } finally {
      waiting.delete(room);
      for (const event of held) me.apply(event);
    }
  }

  return { tell, close };
}
