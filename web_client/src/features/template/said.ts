import { useI18n } from "vue-i18n";

import { inLanguage } from "@/i18n/both";
import type { TemplateSetting } from "@/protocol/generated";

import { isShare, isWord, needed, type Value } from "./values";

/** A branch of this size stands for the example beside a share. */
const EXAMPLE = 40;

type Spoken = Pick<TemplateSetting, "choices" | "unit">;

/** Values of settings in words. */
export function useSaidValue(): (value: Value, setting: Spoken | undefined) => string {
  const { t, locale } = useI18n();
  const word = (setting: Spoken | undefined, key: string): string => {
    const choice = setting?.choices.find((one) => one.word === key);
    return choice === undefined ? key : inLanguage(choice.text, locale.value);
  };
  return (value, setting) => {
    if (value === null) return t("template.none");
    if (isWord(value)) return t("template.both", { zh: value.zh, en: value.en });
    if (isShare(value)) {
      const share = t(value.op === ">" ? "template.more_than" : "template.at_least", { share: `${String(value.num)}/${String(value.den)}`, base: word(setting, value.base) });
      return t("template.with_example", { share, n: EXAMPLE, need: needed(value, EXAMPLE) });
    }
    if (typeof value === "boolean") return t(value ? "template.yes" : "template.no");
    if (typeof value === "number") return setting?.unit ? t("template.counted", { n: value, unit: inLanguage(setting.unit, locale.value) }) : String(value);
    return word(setting, value);
  };
}
