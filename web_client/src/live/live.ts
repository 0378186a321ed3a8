import { defineStore } from "pinia";
import { computed, ref } from "vue";

/** How the connection stands, in the words people read. */
export type LiveStatus = "idle" | "connecting" | "online" | "reconnecting" | "offline" | "stopped";

/** The one live connection of this page, as Vue sees it. */
export const useLive = defineStore("live", () => {
  const status = ref<LiveStatus>("idle");

  /** Key of the sentence the quiet bar shows; null when there is nothing to say. */
  const notice = computed(() => (status.value === "idle" || status.value === "online" ? null : status.value));

  return { status, notice };
});
