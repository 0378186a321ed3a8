import { computed, watch } from "vue";
import { useI18n } from "vue-i18n";

import { useMe } from "@/features/me/contract";
import { useLive } from "@/live/live";
import type { ChatPerson } from "@/protocol/chat";

import { useHistory } from "./history";
import type { RoomHolding } from "./holding";

/** Offices somebody holds, in the reader's language. */
export function titlesOf(person: ChatPerson | undefined, locale: string): string[] {
  return (person?.titles ?? []).map((title) => (locale === "en" ? title.en : title.zh));
}

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

/** Ask for everybody of a room once, and for whoever is named in its messages and is not among them. */
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
    () => unnamed(holding()).join(),
    (messages) => {
      if (messages !== "") history.fetchNames(holding(), messages.split(",").map(Number)).catch(() => undefined);
    },
    { immediate: true },
  );
}

/** Messages that name somebody we have no name for, once everybody in the room is listed. */
function unnamed(holding: RoomHolding): number[] {
  if (!holding.peopleComplete) return [];
  const messages = [...(holding.chat?.room.messages ?? []), ...(holding.jumped?.messages ?? []), ...Object.values(holding.chat?.threads ?? {}).flat()];
  const known = (member: string): boolean => holding.people.has(member);
  return messages
    .filter((message) => !known(message.sender) || !message.mentions.every(known) || !Object.values(message.reactions).every((members) => members.every(known)))
    .map((message) => message.seq);
}
