/** What a person typed into the form of a member, and what of it is a change. */

/** Personal fields an officer may correct once they were opened with a reason. */
export const PERSONAL_FIELDS = ["phone", "mail", "joined_on", "birth_date", "gender"] as const;

export type PersonalKey = (typeof PERSONAL_FIELDS)[number];

export interface MemberForm {
  readonly name: string;
  readonly number: string;
  readonly class: string;
  readonly groups: readonly string[];
  readonly personal: Readonly<Partial<Record<PersonalKey, string>>>;
}

/** Body of PATCH /roll/{member}: what is left out stays as it is, an empty text erases a personal field. */
export interface MemberEdit extends Partial<Record<PersonalKey, string>> {
  name?: string;
  number?: string;
  class?: string;
  groups?: string[];
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && [...one].sort().join() === [...other].sort().join();

/** Only what differs; an empty object means that nothing was changed. */
export function editOf(before: MemberForm, after: MemberForm): MemberEdit {
  const edit: MemberEdit = {};
  if (after.name.trim() !== before.name) edit.name = after.name.trim();
  if (after.number.trim() !== before.number) edit.number = after.number.trim();
  if (after.class !== before.class) edit.class = after.class;
  if (!same(before.groups, after.groups)) edit.groups = [...after.groups];
  for (const key of PERSONAL_FIELDS) {
    const typed = after.personal[key]?.trim();
    if (typed !== undefined && typed !== (before.personal[key] ?? "")) edit[key] = typed;
  }
  return edit;
}
