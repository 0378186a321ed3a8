/** What other features may use of a member's own state. */
export { readN } from "./reduce";
export { useMe } from "./store";
