import { contrast, mixed } from "./contrast";

/** Least contrast of text (WCAG 2.2, 1.4.3). */
const READABLE = 4.5;

const GROUNDS = {
  light: { surface: "#ffffff", paper: "#faf8f4", away: "#000000", on: "#ffffff", soft: 0.1 },
  dark: { surface: "#1c1f25", paper: "#14161a", away: "#ffffff", on: "#1a0f0d", soft: 0.18 },
} as const;

export interface Accent {
  accent: string;
  soft: string;
  on: string;
}

/**
 * The organisation's accent as the three tokens of one theme. A colour that cannot be read there is moved towards black
 * (light) or white (dark) until it can; null when the text is no colour `#rrggbb`.
 */
export function accentOf(colour: string, theme: "light" | "dark"): Accent | null {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return null;
  const ground = GROUNDS[theme];
  for (let part = 0; part <= 20; part += 1) {
    const accent = mixed(ground.away, colour.toLowerCase(), part / 20);
    const soft = mixed(accent, ground.surface, ground.soft);
    const pairs = [contrast(accent, ground.surface), contrast(accent, ground.paper), contrast(accent, soft), contrast(ground.on, accent)];
    if (pairs.every((ratio) => ratio >= READABLE)) return { accent, soft, on: ground.on };
  }
  return null;
}
