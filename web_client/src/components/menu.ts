import type { Component } from "vue";

/** One line of a BaseMenu. */
export interface MenuItem {
  /** Given back by `choose`. */
  key: string;
  label: string;
  icon?: Component;
  danger?: boolean;
  disabled?: boolean;
}
