import type { Component, ComputedRef } from "vue";
import type { RouteRecordRaw } from "vue-router";

/** A place of the tab bar (phone) and the rail (desktop). */
export interface FeatureTab {
  /** Text key, e.g. `chat.tab`. */
  label: string;
  icon: Component;
  /** Name of the route it opens. */
  route: string;
  /** Left to right, top to bottom. */
  order: number;
  /** Called inside a component's setup. Hidden when false, e.g. from members who are no officers. */
  shown?: () => ComputedRef<boolean>;
  /** Called inside a component's setup. Figure of the badge; 0 draws none. */
  badge?: () => ComputedRef<number>;
}

/** One page below 管理, for officers. */
export interface OfficePage {
  /** Name of its route. */
  route: string;
  /** Text key. */
  label: string;
  icon: Component;
  /** Top to bottom. */
  order: number;
  /** Shown to whoever has one of these. */
  capabilities: readonly string[];
}

declare module "vue-router" {
  interface RouteMeta {
    /** Open to people who are not signed in; drawn without tab bar and rail. */
    open?: boolean;
    /** A page of its own on the phone: the tab bar gives way to it. */
    deep?: boolean;
    /** Text key of the page title. */
    title?: string;
    /** Which page below 管理 it belongs to: `route` of an OfficePage. */
    office?: string;
    /** The feature whose tab it belongs to, when that is not its own. */
    tab?: string;
  }
}

/** What a feature adds to the client. One object per folder, listed in features/index.ts and nowhere else. */
export interface FeatureManifest {
  /** Folder, text namespace, prefix of route names. */
  name: string;
  routes: RouteRecordRaw[];
  tab?: FeatureTab;
  /** Pages below 管理; their routes have the frame of the roll (`@/features/roll/contract`). */
  office?: readonly OfficePage[];
  /** Drawn once above all pages while somebody is signed in: dialogs that open from anywhere, global shortcuts. */
  overlay?: Component;
  /** Started once when somebody is signed in; the function it returns is called at sign-out. */
  start?: () => () => void;
}
