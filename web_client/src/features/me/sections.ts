import { BookUser, Eye, Info, KeyRound, MonitorSmartphone, ShieldAlert, SlidersHorizontal } from "@lucide/vue";
import type { Component } from "vue";

/** One page below 我的. */
export interface Section {
  /** Last part of the route name and text key, e.g. `record` for `me.record`. */
  readonly name: string;
  readonly icon: Component;
}

/** In the order people look for them. */
export const SECTIONS: readonly Section[] = [
  { name: "record", icon: BookUser },
  { name: "views", icon: Eye },
  { name: "notices", icon: ShieldAlert },
  { name: "devices", icon: MonitorSmartphone },
  { name: "security", icon: KeyRound },
  { name: "preferences", icon: SlidersHorizontal },
  { name: "about", icon: Info },
];
