import type { Person, RoleWord, Title } from "./api";

export interface Holder {
  readonly person: Person;
  readonly title: Title;
}

export interface RoleHolders {
  readonly role: RoleWord;
  readonly holders: readonly Holder[];
}

/** Every role of the organisation with those who hold it, in the order of the roles; people in the order of the roll. */
export function holdersByRole(roles: readonly RoleWord[], people: readonly Person[]): readonly RoleHolders[] {
  return roles.map((role) => ({
    role,
    holders: people.flatMap((person) => person.titles.filter((title) => title.role === role.role).map((title) => ({ person, title }))),
  }));
}
