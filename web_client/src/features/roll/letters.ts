import { defineStore } from "pinia";
import { ref } from "vue";

import { useReauth } from "@/features/account/contract";

import { type Person, rollApi } from "./api";
import { patiently } from "./patience";
import { useRoll } from "./store";

/** Making activation letters one after the other, so that one refusal does not lose those already made. */
export const useLetters = defineStore("roll.letters", () => {
  const done = ref(0);
  const reauth = useReauth();
  const roll = useRoll();

  /** Each letter made makes earlier ones of the same person worthless (server). Throws the first refusal. */
  async function issue(people: readonly Person[]): Promise<void> {
    done.value = 0;
    for (const person of people) {
      const letter = await patiently(() => reauth.guard(() => rollApi.letter(person.member)));
      roll.letters = [...roll.letters.filter((one) => one.person.member !== person.member), { person, letter }];
      done.value += 1;
    }
    await roll.loadPeople();
  }

  return { done, issue };
});
