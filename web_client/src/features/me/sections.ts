import { BookUser, CircleQuestionMark, Eye, Info, KeyRound, MonitorSmartphone, Scale, ShieldAlert, SlidersHorizontal } from "@lucide/vue";
import type { Component } from "vue";

/** One page below 我的. */
export interface Section {
  /** Name of its route. */
  readonly route: string;
  /** Text key. */
  readonly label: string;
  readonly icon: Component;
}

const own = (name: string, icon: Component): Section => ({ route: `me.${name}`, label: `me.section.${name}`, icon });

/** In the order people look for them. */
export const SECTIONS: readonly Section[] = [
  own("record", BookUser),
  own("views", Eye),
  own("notices", ShieldAlert),
  own("devices", MonitorSmartphone),
  own("security", KeyRound),
  own("preferences", SlidersHorizontal),
  { route: "help.home", label: "help.title", icon: CircleQuestionMark },
  { route: "template.home", label: "template.title", icon: Scale },
  own("about", Info),
];
