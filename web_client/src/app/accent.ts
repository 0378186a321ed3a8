import { onScopeDispose, ref, watch } from "vue";

import { useIdentity } from "@/identity/identity";
import { usePreferences } from "@/preferences/preferences";
import { accentOf } from "@/styles/accent";

/** The accent of tokens.css; an organisation with this very colour needs no change. */
const DEFAULT = "#b63a2b";

/** Draw the pages in the organisation's accent, for the theme that is shown. */
export function useAccent(): void {
  const identity = useIdentity();
  const preferences = usePreferences();
  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemDark = ref(system.matches);
  const follow = (): void => {
    systemDark.value = system.matches;
  };
  system.addEventListener("change", follow);
  onScopeDispose(() => {
    system.removeEventListener("change", follow);
  });

  watch(
    () => [identity.org?.accent ?? DEFAULT, preferences.theme, systemDark.value] as const,
    ([colour, theme, dark]) => {
      const { style } = document.documentElement;
      const shown = theme === "system" ? (dark ? "dark" : "light") : theme;
      const accent = colour.toLowerCase() === DEFAULT ? null : accentOf(colour, shown);
      for (const [name, value] of [["--accent", accent?.accent], ["--accent-soft", accent?.soft], ["--on-accent", accent?.on]] as const) {
        if (value === undefined) style.removeProperty(name);
        else style.setProperty(name, value);
      }
    },
    { immediate: true },
  );
}
