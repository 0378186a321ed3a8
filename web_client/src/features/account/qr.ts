/**
 * Reads a QR code that the server drew as SVG, so that it can be drawn again from numbers alone.
 *
 * Nothing of the server's markup reaches the page: only a list of path steps and a size, both checked. So no `v-html`, no
 * `data:` picture and no looser content security policy is needed.
 */

export interface QrDrawing {
  /** Steps of one SVG path in modules; drawn as a stroke one module wide. */
  readonly path: string;
  /** Side length in modules, quiet zone included. */
  readonly size: number;
}

const SIDE_MAX = 200; // the largest QR code has 177 modules and a quiet zone of four on each side

function attribute(tag: string, name: string): string | null {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? null;
}

/** Side length in modules, from `viewBox="0 0 n n"` or the width, undoing a `scale(…)` around the path. */
function sideOf(svg: string, svgTag: string): number {
  const box = attribute(svgTag, "viewBox")?.trim().split(/\s+/);
  const scale = Number(/"scale\(([0-9.]+)\)"/.exec(svg)?.[1] ?? "1");
  const outer = box?.length === 4 ? Number(box[2]) : Number.parseFloat(attribute(svgTag, "width") ?? "");
  return outer / scale;
}

/** The drawing inside an SVG, or null when it is not a QR code as the server draws them. */
export function readQr(svg: string): QrDrawing | null {
  const svgTag = /<svg\s[^>]*>/.exec(svg)?.[0];
  const pathTag = [...svg.matchAll(/<path\s[^>]*>/g)].map((match) => match[0]).find((tag) => attribute(tag, "stroke") !== null);
  if (svgTag === undefined || pathTag === undefined) return null;
  const path = attribute(pathTag, "d") ?? "";
  const size = sideOf(svg, svgTag);
  if (!/^[Mm][Mmh0-9 .-]+$/.test(path) || !Number.isInteger(size) || size < 21 || size > SIDE_MAX) return null;
  return { path, size };
}
