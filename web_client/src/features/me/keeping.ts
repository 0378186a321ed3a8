import { effectScope, watch } from "vue";

import { i18n } from "@/i18n";
import { asLocale } from "@/i18n/format";
import { usePreferences } from "@/preferences/preferences";
import type { MePreferences } from "@/protocol/me";

import { changed, type DeviceLook, follow, meet, type Settlement } from "./preferences";
import { useMe } from "./store";

/** Keep the look of this device and the member's preferences in step while signed in; returns the way to stop. */
export function keepPreferences(): () => void {
  const me = useMe();
  const device = usePreferences();
  const look = (): DeviceLook => ({
    theme: device.theme,
    large_type: device.typeSize === "large",
    locale: asLocale(i18n.global.locale.value),
  });
  let known: MePreferences | null = null;

  function apply(wanted: Settlement["apply"]): void {
    if (wanted.theme !== undefined) device.theme = wanted.theme;
    if (wanted.large_type !== undefined) device.typeSize = wanted.large_type ? "large" : "normal";
  }

  function tell(changes: Partial<DeviceLook>): void {
    // Without a connection the choice stays on this device and is told at the next sign-in.
    if (Object.keys(changes).length > 0) me.setPreferences(changes).catch(() => undefined);
  }

  function heard(server: MePreferences | null): void {
    if (server === null) return;
    const settled = known === null ? meet(look(), server) : { apply: follow(known, server), tell: {} };
    known = server;
    apply(settled.apply);
    tell(settled.tell);
  }

  const scope = effectScope(true);
  scope.run(() => {
    watch(() => me.preferences, heard, { immediate: true });
    watch(look, (now, before) => {
      if (known !== null) tell(changed(before, now, known));
    });
  });
  return () => {
    scope.stop();
  };
}
