import { watch, type ComputedRef } from "vue";

import { useLive } from "@/live/live";
import type { MeRoom } from "@/protocol/me";

import { useHistory } from "./history";
import { useRooms } from "./store";

/** The list shows who said the newest message: names of branches and groups are fetched one room after the other. */
export function useListNames(rooms: ComputedRef<MeRoom[]>): void {
  const store = useRooms();
  const history = useHistory();
  const live = useLive();
  let busy = false;

  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (const room of rooms.value) {
        const holding = store.rooms.get(room.room);
        const last = room.last;
        if (!live.online || room.kind === "direct" || holding === undefined || last === null || holding.people.has(last.sender)) continue;
        if (!holding.peopleComplete) await history.fetchPeople(holding);
        if (!holding.people.has(last.sender)) await history.fetchNames(holding, [last.message]);
      }
    } catch {
      // Names are a comfort: the next change of the list tries again.
    } finally {
      busy = false;
    }
  }

  watch([rooms, () => live.online], () => void work(), { immediate: true });
}
