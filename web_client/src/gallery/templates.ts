import type { TemplateLine, TemplateProposal, TemplateSetting, TemplateShare } from "@/protocol/generated";

import en from "./locales/en.json";
import zh from "./locales/zh-CN.json";
import { NOW_MS, type Texts } from "./values";

const both = (word: keyof typeof zh.template): { zh: string; en: string } => ({ zh: zh.template[word], en: en.template[word] });
const choice = (word: "entitled" | "present" | "warn" | "block"): { word: string; text: { zh: string; en: string } } => ({ word, text: both(word) });

/** Settings of the gallery: one of each kind. Their words stand in both languages, as an organisation's template has them. */
const HALF: TemplateShare = { base: "entitled", num: 1, den: 2, op: ">=" };
const TWO_THIRDS: TemplateShare = { ...HALF, num: 2, den: 3 };
const section = both("assembly");
const plain = { section, least: 0, most: 60, choices: [], optional: false, unit: null };

export const SETTINGS: readonly TemplateSetting[] = [
  { ...plain, key: "word", section: both("words"), label: both("branch"), kind: "text", value: both("word"), standard: both("word_before") },
  { ...plain, key: "lead", label: both("lead"), kind: "count", value: 3, standard: 1, unit: both("days") },
  { ...plain, key: "mode", label: both("late"), kind: "choice", value: "warn", standard: "warn", choices: [choice("warn"), choice("block")] },
  { ...plain, key: "remote", label: both("remote"), kind: "switch", value: false, standard: false },
  { ...plain, key: "quorum", label: both("quorum"), kind: "share", value: HALF, standard: HALF, choices: [choice("entitled"), choice("present")], optional: true },
];

export const LINES: readonly TemplateLine[] = [
  { key: "lead", section, label: both("lead"), before: 1, after: 3 },
  { key: "quorum", section, label: both("quorum"), before: HALF, after: TWO_THIRDS },
];

export function proposalOf(texts: Texts, more: Partial<TemplateProposal> = {}): TemplateProposal {
  return {
    proposal: "p", base_version: 1, state: "open", by: texts.names.lin, own: false, at_ms: NOW_MS, reason: texts.meeting.reason, lines: [...LINES], decided_by: null,
    decided_at_ms: null, answer: "", ...more,
  };
}
