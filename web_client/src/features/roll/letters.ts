import { defineStore } from "pinia";

import { useReauth } from "@/features/account/contract";

import { type Person, rollApi } from "./api";
import { patiently } from "./patience";
import { useRoll } from "./store";

/** Making activation letters; they wait in the store of the roll until they are printed. */
export const useLetters = defineStore("roll.letters", () => {
  const reauth = useReauth();
  const roll = useRoll();

  /** One letter; it makes earlier ones of the same person worthless (server). */
  async function make(person: Person): Promise<void> {
    const letter = await rollApi.letter(person.member);
    roll.letters = [...roll.letters.filter((one) => one.person.member !== person.member), { person, letter }];
  }

  /** One person's letter from that person's page. */
  async function issue(person: Person): Promise<void> {
    await patiently(() => reauth.guard(() => make(person)));
    await roll.loadPeople();
  }

  return { make, issue };
});
