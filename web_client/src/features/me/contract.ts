/** What other features may use of a member's own state. */
export { readN } from "./reduce";
export { useMe } from "./store";

/** The frame of 我的, for pages of other features that stand there; loaded when it is needed. */
export const meFrame = () => import("./MePage.vue");
