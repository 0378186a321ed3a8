import type { Person, RoleWord } from "./api";

/** What the roll can be narrowed to. */
export type Status = "here" | "none" | "code" | "officers" | "left";

/** The choices for a reader: states of accounts for who hands out letters, who left for who keeps the roll. */
export function statusesFor(can: (capability: string) => boolean): readonly Status[] {
  const [issues, keeps] = [can("branch.issue_activation"), can("branch.manage_roll")];
  return ["here", ...(issues ? (["none", "code"] as const) : []), "officers", ...(keeps ? (["left"] as const) : [])];
}

/** Roles that give a right. */
const withRights = (roles: readonly RoleWord[]): ReadonlySet<string> =>
  new Set(roles.filter((role) => role.capabilities.length > 0).map((role) => role.role));

/** People of a status; an officer is who holds a role that gives a right. */
export function ofStatus(people: readonly Person[], status: Status, roles: readonly RoleWord[]): readonly Person[] {
  if (status === "left") return people.filter((person) => !person.active);
  const here = people.filter((person) => person.active);
  if (status === "here") return here;
  if (status !== "officers") return here.filter((person) => person.account === status);
  const rights = withRights(roles);
  return here.filter((person) => person.titles.some((title) => rights.has(title.role)));
}
