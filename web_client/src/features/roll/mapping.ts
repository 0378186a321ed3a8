/**
 * Which column of a secretary's file means which field of the roll.
 *
 * The server guesses from the header words; people correct the guess. Rules held here: a field has at most one column, and
 * fields without which no row can be understood must have one.
 */

/** Field word per column, in the order of the columns; null for a column that is left out. */
export type Mapping = readonly (string | null)[];

export interface FieldRule {
  /** Field word of the roll, e.g. `phone`. */
  readonly field: string;
  /** A roll cannot be read without this field. */
  readonly required: boolean;
}

/** The mapping after a person chose `field` for a column: another column that had the field gives it up. */
export function assign(mapping: Mapping, column: number, field: string | null): Mapping {
  return mapping.map((held, at) => {
    if (at === column) return field;
    return field !== null && held === field ? null : held;
  });
}

/** Required fields that no column carries, in the order of the rules. */
export function missingFields(mapping: Mapping, rules: readonly FieldRule[]): readonly string[] {
  return rules.filter((rule) => rule.required && !mapping.includes(rule.field)).map((rule) => rule.field);
}

/** Columns (0-based) that are left out: their content is not stored. */
export function leftOut(mapping: Mapping): readonly number[] {
  return mapping.flatMap((field, at) => (field === null ? [at] : []));
}

/** True when two mappings say the same, so that a new trial run would bring nothing new. */
export function sameMapping(one: Mapping, other: Mapping): boolean {
  return one.length === other.length && one.every((field, at) => field === other[at]);
}
