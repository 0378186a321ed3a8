/** Colours as `#rrggbb`; arithmetic of WCAG 2.2, relative luminance and contrast ratio. Pure. */
const channels = (hex: string): [number, number, number] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

function luminance(hex: string): number {
  const [red, green, blue] = channels(hex).map((byte) => {
    const value = byte / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio, 1–21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `part` of `over` laid on `under`; 0 gives `under`, 1 gives `over`. */
export function mixed(over: string, under: string, part: number): string {
  const [a, b] = [channels(over), channels(under)];
  return `#${a.map((byte, at) => Math.round(byte * part + (b[at] ?? 0) * (1 - part)).toString(16).padStart(2, "0")).join("")}`;
}
