import { soundAt } from "@/pinyin/sound";

/** Finding people in a roll that is already on the screen: by name, its sound or number, forgiving about width and spaces. */

export interface Findable {
  readonly name: string;
  readonly number: string;
}

/** Text as it is compared: full-width forms made plain, letters small, no white space (`赵 立 新` equals `赵立新`). */
export function comparable(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, "");
}

/** People whose name or number contains the text, or whose name is typed so by its sound; all of them for an empty text. The order stays. */
export function findPeople<P extends Findable>(people: readonly P[], text: string): readonly P[] {
  const wanted = comparable(text);
  if (wanted === "") return people;
  return people.filter((one) => comparable(one.name).includes(wanted) || comparable(one.number).includes(wanted) || soundAt(one.name, wanted) >= 0);
}
