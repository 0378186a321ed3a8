import { shallowRef } from "vue";

import type * as RichText from "./rich_text";

/** The renderer, once it is loaded. */
export const richText = shallowRef<typeof RichText | null>(null);
let loading = false;

/** Load the renderer; a failure leaves texts as they were written and is tried again with the next one. */
export function loadRichText(): void {
  if (loading || richText.value !== null) return;
  loading = true;
  import("./rich_text").then(
    (module) => {
      richText.value = module;
    },
    () => {
      loading = false;
    },
  );
}
