import type { TemplateEdit, TemplateSetting, TemplateShare, TemplateWord } from "@/protocol/generated";

export type Value = TemplateSetting["value"];

export const isShare = (value: Value): value is TemplateShare => typeof value === "object" && value !== null && "num" in value;
export const isWord = (value: Value): value is TemplateWord => typeof value === "object" && value !== null && "zh" in value;

/** Values are plain: two are the same when they say the same. */
export function same(one: Value, other: Value): boolean {
  if (isShare(one) && isShare(other)) return one.base === other.base && one.num === other.num && one.den === other.den && one.op === other.op;
  if (isWord(one) && isWord(other)) return one.zh === other.zh && one.en === other.en;
  return one === other;
}

/** Settings that stand together, in the order they came. */
export function sections(settings: readonly TemplateSetting[]): { key: string; settings: TemplateSetting[] }[] {
  const found: { key: string; settings: TemplateSetting[] }[] = [];
  for (const setting of settings) {
    const key = setting.section.en + setting.section.zh;
    const last = found.at(-1);
    if (last?.key === key) last.settings.push(setting);
    else found.push({ key, settings: [setting] });
  }
  return found;
}

/** Settings with other values than now. */
export function changed(settings: readonly TemplateSetting[], edited: ReadonlyMap<string, Value>): TemplateSetting[] {
  return settings.filter((setting) => edited.has(setting.key) && !same(edited.get(setting.key) ?? null, setting.value));
}

/** All that shall differ from the template's file: what differs already, with the edits. */
export function wished(settings: readonly TemplateSetting[], edited: ReadonlyMap<string, Value>): TemplateEdit[] {
  return settings
    .map((setting) => ({ key: setting.key, value: edited.has(setting.key) ? (edited.get(setting.key) ?? null) : setting.value, standard: setting.standard }))
    .filter((one) => !same(one.value, one.standard))
    .map(({ key, value }) => ({ key, value }));
}

/** The smallest whole number of `base` that meets a share; as the server counts (channels/meeting/threshold.py). */
export function needed(share: TemplateShare, base: number): number {
  const part = share.num * base;
  return share.op === ">" ? Math.floor(part / share.den) + 1 : Math.ceil(part / share.den);
}

/** True when a setting can have the value; the server has the last word. */
export function fits(setting: TemplateSetting, value: Value): boolean {
  if (value === null) return setting.optional;
  if (isWord(value)) return value.zh.trim() !== "" && value.en.trim() !== "";
  if (isShare(value)) return value.num >= 1 && value.num <= value.den && value.den <= 100 && !(value.num === value.den && value.op === ">");
  if (typeof value === "number") return Number.isInteger(value) && value >= setting.least && value <= setting.most;
  return true;
}
