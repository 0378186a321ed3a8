/** How the gallery is looked at, from its address: `gallery.html?locale=en&theme=dark&type=200&part=messages`. */
export interface Look {
  locale: "zh-CN" | "en";
  theme: "light" | "dark";
  /** Size of type in per cent of the browser's own. */
  type: number;
  /** Name of a row of parts.ts; empty is the list of them. */
  part: string;
}

const TYPE_MAX = 400;

/** Whatever is missing or makes no sense is Chinese, light, 100 %, and the list. Pure. */
export function lookOf(search: string): Look {
  const asked = new URLSearchParams(search);
  const type = Number(asked.get("type") ?? 100);
  return {
    locale: asked.get("locale") === "en" ? "en" : "zh-CN",
    theme: asked.get("theme") === "dark" ? "dark" : "light",
    type: Number.isInteger(type) && type >= 100 && type <= TYPE_MAX ? type : 100,
    part: asked.get("part") ?? "",
  };
}

/** The address of a look. Pure. */
export function addressOf(look: Look): string {
  return `?${new URLSearchParams({ ...look, type: String(look.type) }).toString()}`;
}
