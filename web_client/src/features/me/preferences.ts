import type { MePreferences } from "@/protocol/me";

/** How this device looks now. */
export interface DeviceLook {
  readonly theme: MePreferences["theme"];
  readonly large_type: boolean;
  readonly locale: MePreferences["locale"];
}

/** What to change here, and what to tell the server. Empty objects mean nothing. */
export interface Settlement {
  readonly apply: Partial<Pick<DeviceLook, "theme" | "large_type">>;
  readonly tell: Partial<DeviceLook>;
}

/**
 * The first look at the member's preferences after signing in on this device.
 *
 * Large type and theme were perhaps chosen on the log-in page: such a choice wins over a default on the server; else the
 * server's choice wins. The language stays what this device shows, and the server is told, for messages it writes.
 */
export function meet(device: DeviceLook, server: MePreferences): Settlement {
  const apply: { theme?: MePreferences["theme"]; large_type?: boolean } = {};
  const tell: { theme?: MePreferences["theme"]; large_type?: boolean; locale?: MePreferences["locale"] } = {};
  if (device.theme !== server.theme) {
    if (server.theme === "system") tell.theme = device.theme;
    else apply.theme = server.theme;
  }
  if (device.large_type !== server.large_type) {
    if (device.large_type) tell.large_type = true;
    else apply.large_type = true;
  }
  if (device.locale !== server.locale) tell.locale = device.locale;
  return { apply, tell };
}

/** Another device changed something: theme and large type follow, the language of this device stays. */
export function follow(before: MePreferences, now: MePreferences): Settlement["apply"] {
  return {
    ...(before.theme === now.theme ? {} : { theme: now.theme }),
    ...(before.large_type === now.large_type ? {} : { large_type: now.large_type }),
  };
}

/** What a person changed on this device and the server does not know yet. */
export function changed(before: DeviceLook, now: DeviceLook, server: MePreferences): Partial<DeviceLook> {
  return {
    ...(before.theme === now.theme || now.theme === server.theme ? {} : { theme: now.theme }),
    ...(before.large_type === now.large_type || now.large_type === server.large_type ? {} : { large_type: now.large_type }),
    ...(before.locale === now.locale || now.locale === server.locale ? {} : { locale: now.locale }),
  };
}
