import { shallowRef } from "vue";

import { readingsOf, soundsLike, type Readings } from "./match";

/** Null until somebody searches: the table is loaded then, some 20 kB, and is there without a network, too. */
const readings = shallowRef<Readings | null>(null);
let asked = false;

/** Load the table, once; whatever was drawn with `soundAt` is drawn again when it has come. */
export async function listen(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    readings.value = readingsOf((await import("./table")).TABLE);
  } catch {
    asked = false; // No network at the first search: the next one tries again, and names are found by their characters.
  }
}

/** Where in a name, in characters, a query typed by sound begins; -1 when nowhere, or when the table is not there yet. */
export function soundAt(name: string, query: string): number {
  return readings.value === null ? -1 : soundsLike(name, query, readings.value);
}
