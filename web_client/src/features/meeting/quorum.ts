import type { Meeting, MeetingCounts, MeetingRule } from "@/protocol/meeting";

/** The smallest whole number that meets the threshold of a rule's quorum; 0 for none. As the server counts (threshold.py). */
export function needed(rule: MeetingRule, counts: MeetingCounts): number {
  if (rule.quorum === null) return 0;
  const base = rule.quorum.base === "roll" ? counts.expected : counts.entitled;
  const share = rule.quorum.num * base;
  return rule.quorum.op === ">" ? Math.floor(share / rule.quorum.den) + 1 : Math.ceil(share / rule.quorum.den);
}

/** Who counts for a rule's quorum now. */
export const presentFor = (rule: MeetingRule, counts: MeetingCounts): number => (rule.quorum?.base === "roll" ? counts.present : counts.present_entitled);

/** The ordinary rule, and those that items or motions name. */
export function rulesInUse(meeting: Meeting): MeetingRule[] {
  const named = new Set([...meeting.items.map((item) => item.rule), ...meeting.motions.map((motion) => motion.rule)]);
  return meeting.rules.rules.filter((rule, place) => place === 0 || named.has(rule.key));
}
