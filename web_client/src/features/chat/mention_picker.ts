import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";

import { useIdentity } from "@/identity/identity";
import { listen } from "@/pinyin/sound";
import type { ChatPerson } from "@/protocol/chat";

import { EVERYONE_KEY } from "./composing";
import type { Writing } from "./drafts";
import { EVERYONE, findPeople, mentionAt } from "./mentions";
import type { RoomHolding } from "./holding";
import { titlesOf } from "./names";

export interface Offer {
  key: string;
  name: string;
  /** Tells namesakes apart. */
  hint: string;
}

export interface MentionPicker {
  offers: ComputedRef<Offer[]>;
  at: Ref<number>;
  /** To be called whenever text or caret moved. */
  look: (caret: number) => void;
  close: () => void;
  /** Put a name into the text; returns where the caret goes. */
  pick: (offer: Offer) => number;
}

/** The list that opens behind an @. */
export function useMentionPicker(holding: RoomHolding, writing: Writing, me: () => string): MentionPicker {
  const identity = useIdentity();
  const { locale, t } = useI18n();
  const open = ref<{ from: number; query: string; caret: number } | null>(null);
  const at = ref(0);

  const people = computed<ChatPerson[]>(() => [...holding.people.values()].filter((person) => person.member !== me()));
  const everyone = computed(() => (locale.value === "en" ? EVERYONE[1] : EVERYONE[0]));

  const offers = computed<Offer[]>(() => {
    if (open.value === null || writing.editing !== null) return [];
    const { query } = open.value;
    const found = findPeople(people.value, query).map((person) => {
      const hint = [person.number, ...titlesOf(person, locale.value)].filter((word) => word !== "").join(" · ");
      return { key: person.member, name: person.name, hint };
    });
    const all = identity.can("chat.mention_everyone") && everyone.value.startsWith(query);
    return all ? [{ key: EVERYONE_KEY, name: everyone.value, hint: t("chat.everyone_hint") }, ...found] : found;
  });

  function look(caret: number): void {
    const found = mentionAt(writing.text, caret);
    if (found !== null) void listen();
    if (found?.query !== open.value?.query) at.value = 0;
    open.value = found === null ? null : { ...found, caret };
  }

  function pick(offer: Offer): number {
    const place = open.value;
    if (place === null) return writing.text.length;
    const before = `${writing.text.slice(0, place.from)}@${offer.name} `;
    writing.text = before + writing.text.slice(place.caret);
    writing.picked.set(offer.key, offer.name);
    open.value = null;
    return before.length;
  }

  return { offers, at, look, close: () => (open.value = null), pick };
}
