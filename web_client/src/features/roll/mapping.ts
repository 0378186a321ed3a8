/**
 * Which column of a secretary's file means which field of the roll.
 *
 * The server guesses from the header words; people correct the guess. Rules held here: a field has at most one column, and
 * fields without which no row can be understood must have one. On the wire it is field -> column, columns counted from 0.
 */

/** Field word per column, in the order of the columns; null for a column that is left out. */
export type Mapping = readonly (string | null)[];

/** Fields a file may bring, in the order they are offered (server: channels/branch/roll/header.py). */
export const IMPORT_FIELDS = [
  "number", "name", "gender", "group", "title", "phone", "mail", "joined_on", "birth_date", "class",
] as const;

/** Without these no row can be understood. */
export const NEEDED: readonly string[] = ["name"];

/** The server's guess as a field per column; `width` is the number of columns. */
export function fromColumns(columns: Readonly<Record<string, number>>, width: number): Mapping {
  const mapping: (string | null)[] = Array.from({ length: width }, () => null);
  for (const [field, column] of Object.entries(columns)) if (column >= 0 && column < width) mapping[column] = field;
  return mapping;
}

/** The mapping as the server reads it. */
export function toColumns(mapping: Mapping): Record<string, number> {
  return Object.fromEntries(mapping.flatMap((field, column) => (field === null ? [] : [[field, column] as const])));
}

/** The mapping after a person chose `field` for a column: another column that had the field gives it up. */
export function assign(mapping: Mapping, column: number, field: string | null): Mapping {
  return mapping.map((held, at) => {
    if (at === column) return field;
    return field !== null && held === field ? null : held;
  });
}

/** Needed fields that no column carries. */
export function missingFields(mapping: Mapping): readonly string[] {
  return NEEDED.filter((field) => !mapping.includes(field));
}

/** True when two mappings say the same, so that a new trial run would bring nothing new. */
export function sameMapping(one: Mapping, other: Mapping): boolean {
  return one.length === other.length && one.every((field, at) => field === other[at]);
}
