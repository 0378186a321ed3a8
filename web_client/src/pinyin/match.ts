/** Readings of one character, lower-case letters; empty for characters that are not read by their sound. */
export type Readings = ReadonlyMap<string, readonly string[]>;

/** The table of `table.ts` as a map. */
export function readingsOf(table: string): Readings {
  const found = new Map<string, string[]>();
  for (const row of table.split("|")) {
    const [reading = "", characters = ""] = row.split(":");
    for (const character of characters) {
      const known = found.get(character);
      if (known === undefined) found.set(character, [reading]);
      else known.push(reading);
    }
  }
  return found;
}

/**
 * Where in a name, counted in characters, a query begins that is typed by sound; -1 when it is not there.
 *
 * Each character is typed as the beginning of one of its readings, one letter at least: 宋佳宁 is found by `sjn`, `songjn`,
 * `songjianing` and `jian`, also with spaces or apostrophes between. Letters and figures of the name stand for themselves.
 */
export function soundsLike(name: string, query: string, readings: Readings): number {
  const wanted = query.toLowerCase().replace(/[\s']/gu, "");
  if (wanted === "" || !/^[a-z0-9]+$/u.test(wanted)) return -1;
  const characters = [...name.normalize("NFKC").toLowerCase()].filter((character) => !/\s/u.test(character));
  const dead = new Set<string>();
  const continues = (index: number, rest: string): boolean => {
    if (rest === "") return true;
    const character = characters[index];
    const place = `${String(index)} ${String(rest.length)}`;
    if (character === undefined || dead.has(place)) return false;
    // Without remembering dead ends, a name of characters that are read alike would take exponential time.
    const found = taken(readings.get(character) ?? [character], rest).some((length) => continues(index + 1, rest.slice(length)));
    if (!found) dead.add(place);
    return found;
  };
  return characters.findIndex((_, from) => continues(from, wanted));
}

/** How many letters of the query a character with these readings may take. */
function taken(sounds: readonly string[], rest: string): number[] {
  const lengths = new Set<number>();
  for (const sound of sounds) {
    for (let length = 1; length <= sound.length && sound[length - 1] === rest[length - 1]; length += 1) lengths.add(length);
  }
  return [...lengths];
}
