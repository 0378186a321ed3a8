/** Who may not be what at the same time (domain.md 2.17); only the server decides, this says so beforehand. */

export interface Separation {
  readonly one: string;
  readonly other: string;
}

/** Roles already held that forbid the wanted one. */
export function clashes(wanted: string, held: readonly string[], rules: readonly Separation[]): readonly string[] {
  return held.filter((role) => rules.some((rule) => (rule.one === wanted && rule.other === role) || (rule.other === wanted && rule.one === role)));
}
