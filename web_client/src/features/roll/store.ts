import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { type Letter, type Org, type Person, rollApi } from "./api";

/** A letter that was just made: kept in memory until it is printed or the page is left, never on the device. */
export interface LetterFor {
  person: Person;
  letter: Letter;
}

/** What the pages for officers share: the organisation, the chosen branch, its people, letters waiting to be printed. */
export const useRoll = defineStore("roll", () => {
  const org = shallowRef<Org | null>(null);
  const unit = ref<string | null>(null);
  const people = shallowRef<readonly Person[] | null>(null);
  /** Also those who left; for officers who keep the roll. */
  const withLeft = ref(false);
  const letters = shallowRef<readonly LetterFor[]>([]);

  const branches = computed(() => org.value?.units.filter((one) => one.kind === "branch") ?? []);
  const groups = computed(() => org.value?.units.filter((one) => one.kind === "group" && one.parent === unit.value) ?? []);
  const unitName = (id: string): string => org.value?.units.find((one) => one.unit === id)?.name ?? "";
  const classOf = (key: string) => org.value?.classes.find((one) => one.key === key);
  const person = (member: string): Person | undefined => people.value?.find((one) => one.member === member);

  /** The organisation anew, after its units changed. */
  async function loadOrg(): Promise<void> {
    org.value = await rollApi.org();
  }

  async function loadPeople(): Promise<void> {
    if (unit.value === null) return;
    const wanted = unit.value;
    const answer = await rollApi.people(wanted, withLeft.value);
    if (unit.value === wanted) people.value = answer.people;
  }

  /** The organisation once, the people of the chosen branch (at first: `home`, else the first branch) anew. */
  async function load(home: string | null): Promise<void> {
    org.value ??= await rollApi.org();
    unit.value ??= branches.value.find((one) => one.unit === home || one.name === home)?.unit ?? branches.value[0]?.unit ?? null;
    await loadPeople();
  }

  async function choose(id: string): Promise<void> {
    unit.value = id;
    people.value = null;
    await loadPeople();
  }

  function forget(): void {
    org.value = null;
    unit.value = null;
    people.value = null;
    withLeft.value = false;
    letters.value = [];
  }

  return { org, unit, people, withLeft, letters, branches, groups, unitName, classOf, person, load, loadOrg, loadPeople, choose, forget };
});
