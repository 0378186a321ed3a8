import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";

import { Converter } from "opencc-js/cn2t";
import type { Plugin } from "vite";

import { TABLE } from "./src/features/chat/emoji/table.ts";
import { gather } from "./src/i18n/gather.ts";

/** Module whose default export is the Chinese texts in the characters and words of Taiwan, made by OpenCC when the client is built. */
const NAME = "virtual:texts-zh-TW";

/** Module whose default export is the set of emoji with such names. */
const EMOJI = "virtual:emoji-zh-TW";
const ROOT = fileURLToPath(new URL(".", import.meta.url));

/** Where the Chinese texts stand: the base's own and one file per feature. */
function sources(): string[] {
  const features = readdirSync(`${ROOT}src/features`).map((feature) => `src/features/${feature}/locales/zh-CN.json`);
  return ["src/locales/zh-CN.json", ...features.filter((path) => existsSync(ROOT + path))];
}

/** A text in traditional characters, with the words of Taiwan; what is ASCII (keys, fields) stays as it is. */
export const traditional: (text: string) => string = Converter({ from: "cn", to: "twp" });

/** Serves `virtual:texts-zh-TW` and `virtual:emoji-zh-TW`: a start, to be read over by somebody who writes so (README.md, languages). */
export function traditionalTexts(): Plugin {
  return {
    name: "huitang-traditional-texts",
    resolveId: (id) => (id === NAME || id === EMOJI ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${EMOJI}`) return `export default ${traditional(JSON.stringify(TABLE))}`;
      if (id !== `\0${NAME}`) return undefined;
      const files: Record<string, Record<string, unknown>> = {};
      for (const path of sources()) {
        this.addWatchFile(ROOT + path);
        files[path] = JSON.parse(readFileSync(ROOT + path, "utf8")) as Record<string, unknown>;
      }
      return `export default ${traditional(JSON.stringify(gather(files)))}`;
    },
  };
}
