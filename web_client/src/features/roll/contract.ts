/** What other pages for officers may use of the roll: the frame of 管理, the chosen branch with its people, files. */
export { fetchFile, offer } from "./download";
export type { Person, Unit } from "./api";
export { default as RollBranch } from "./RollBranch.vue";
export { default as RollFrame } from "./RollPage.vue";
export { default as RollScroll } from "./RollScroll.vue";
export { findPeople } from "./search";
export { useRoll } from "./store";
