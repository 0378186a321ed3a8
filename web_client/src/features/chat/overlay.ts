import { onScopeDispose, ref } from "vue";

/** Dialogs that open from anywhere (ChatOverlay.vue draws them). */
export const jumpOpen = ref(false);
export const shortcutsOpen = ref(false);

/** True where a plain letter is text. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** Ctrl/⌘ K jumps to a room, `?` lists the shortcuts. */
export function useGlobalShortcuts(): void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      jumpOpen.value = true;
    } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !isWriting(event.target)) {
      event.preventDefault();
      shortcutsOpen.value = true;
    }
  };
  addEventListener("keydown", onKey);
  onScopeDispose(() => {
    removeEventListener("keydown", onKey);
  });
}
