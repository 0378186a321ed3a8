import { computed, watch } from "vue";
import { useI18n } from "vue-i18n";

import { useMe } from "@/features/me/contract";
import { useLive } from "@/live/live";
import type { ChatPerson } from "@/protocol/chat";

import { useHistory } from "./history";
import type { RoomHolding } from "./holding";

/** Names in one room. Whoever is missing is asked for; until then they are 成员. */
export function useNames(holding: () => RoomHolding) {
  const me = useMe();
  const { t } = useI18n();

  function nameOf(member: string): string {
    const person = holding().people.get(member);
    if (person !== undefined) return person.name;
    if (member === me.state?.member) return me.state.name;
    const line = me.room(holding().id);
    return line?.other === member ? line.title : t("chat.someone");
  }

  const present = computed<ChatPerson[]>(() => [...holding().people.values()].filter((person) => person.present));
  return { nameOf, present };
}

/** Ask for everybody of a room once, and for each sender who is not among them. */
export function useNamesLoaded(holding: () => RoomHolding): void {
  const history = useHistory();
  const live = useLive();
  watch(
    () => [holding(), live.online] as const,
    ([room, online]) => {
      if (online && !room.peopleComplete) history.fetchPeople(room).catch(() => undefined);
    },
    { immediate: true },
  );
  watch(
    () => {
      const room = holding();
      if (!room.peopleComplete) return "";
      const messages = [...(room.chat?.room.messages ?? []), ...(room.jumped?.messages ?? []), ...Object.values(room.chat?.threads ?? {}).flat()];
      const named = messages.flatMap((message) => [message.sender, ...(message.gone === null ? [] : [message.gone.by]), ...Object.values(message.reactions).flat()]);
      return [...new Set(named.filter((member) => !room.people.has(member)))].sort().join();
    },
    (unknown) => {
      if (unknown !== "") history.fetchNames(holding(), unknown.split(",")).catch(() => undefined);
    },
    { immediate: true },
  );
}
