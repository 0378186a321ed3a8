import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/** Files dragged onto the pane that holds `inside`; the ref is true while they hover. */
export function useFileDrop(inside: Ref<HTMLElement | null>, take: (files: File[]) => void): Ref<boolean> {
  const hovering = ref(false);
  let pane: HTMLElement | null = null;

  function over(event: DragEvent): void {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    hovering.value = true;
  }

  function leave(event: DragEvent): void {
    if (!(event.relatedTarget instanceof Node) || pane?.contains(event.relatedTarget) !== true) hovering.value = false;
  }

  function drop(event: DragEvent): void {
    hovering.value = false;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  }

  onMounted(() => {
    pane = inside.value?.parentElement ?? null;
    pane?.addEventListener("dragover", over);
    pane?.addEventListener("dragleave", leave);
    pane?.addEventListener("drop", drop);
  });
  onBeforeUnmount(() => {
    pane?.removeEventListener("dragover", over);
    pane?.removeEventListener("dragleave", leave);
    pane?.removeEventListener("drop", drop);
  });
  return hovering;
}
