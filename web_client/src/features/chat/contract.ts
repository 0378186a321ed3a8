/** What other features may use of the chat: its list and composer over a room that is held elsewhere. */
export { default as ChatComposer } from "./ChatComposer.vue";
export { default as ChatTimeline } from "./ChatTimeline.vue";
export { type Draft, provideChatCommands } from "./commands";
export { beginEdit, blankWriting } from "./drafts";
export { newHolding, type RoomHolding } from "./holding";
export { usePicking } from "./picking";
export { type ChatState, reduce as reduceChat } from "./reduce";
export { type MessageAction, provideChatScope } from "./scope";
