import { defineStore } from "pinia";
import { ref, watchEffect } from "vue";

export type Theme = "system" | "light" | "dark";
export type TypeSize = "normal" | "large";

const KEY = "huitang.appearance";

interface Stored {
  theme: Theme;
  typeSize: TypeSize;
}

/** What this device remembers; anything unreadable counts as the default. */
export function readAppearance(storage: Pick<Storage, "getItem">): Stored {
  const fallback: Stored = { theme: "system", typeSize: "normal" };
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Record<keyof Stored, unknown>>;
    return {
      theme: stored.theme === "light" || stored.theme === "dark" ? stored.theme : fallback.theme,
      typeSize: stored.typeSize === "large" ? "large" : fallback.typeSize,
    };
  } catch {
    return fallback;
  }
}

/** Theme and type size of this device, mirrored on `<html data-theme data-type>`, where tokens.css reads them. */
export const usePreferences = defineStore("preferences", () => {
  const start = readAppearance(localStorage);
  const theme = ref<Theme>(start.theme);
  const typeSize = ref<TypeSize>(start.typeSize);

  watchEffect(() => {
    const root = document.documentElement;
    if (theme.value === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
    if (typeSize.value === "normal") delete root.dataset["type"];
    else root.dataset["type"] = typeSize.value;
    localStorage.setItem(KEY, JSON.stringify({ theme: theme.value, typeSize: typeSize.value }));
  });

  return { theme, typeSize };
});
