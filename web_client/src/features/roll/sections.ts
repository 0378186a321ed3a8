import { Bot, FileUp, ShieldQuestionMark, UserCog, Users } from "@lucide/vue";
import type { Component } from "vue";

/** One page for officers. */
export interface Section {
  /** Last part of the route name and text key, e.g. `list` for `roll.list`. */
  readonly name: string;
  readonly icon: Component;
  /** Shown to whoever has one of these. */
  readonly capabilities: readonly string[];
}

export const SECTIONS: readonly Section[] = [
  { name: "list", icon: Users, capabilities: ["branch.manage_roll", "branch.read_personal", "branch.issue_activation", "branch.manage_roles"] },
  { name: "import", icon: FileUp, capabilities: ["branch.manage_roll"] },
  { name: "roles", icon: UserCog, capabilities: ["branch.manage_roles"] },
  { name: "resets", icon: ShieldQuestionMark, capabilities: ["account.mfa_reset"] },
  { name: "tokens", icon: Bot, capabilities: ["bot.manage"] },
];

/** The pages that are for somebody with these capabilities. */
export function sectionsFor(can: (capability: string) => boolean): readonly Section[] {
  return SECTIONS.filter((section) => section.capabilities.some(can));
}
