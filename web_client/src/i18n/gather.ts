type Texts = Record<string, unknown>;

/**
 * Merge text files by place: `locales/zh-CN.json` stands at the root, `features/chat/locales/zh-CN.json` below `chat`.
 * So a feature writes `t("chat.send")` for the key `send` of its own file and cannot overwrite another's.
 */
export function gather(files: Record<string, Texts>): Texts {
  const all: Texts = {};
  for (const [path, texts] of Object.entries(files)) {
    const feature = /features\/([^/]+)\//.exec(path)?.[1];
    if (feature === undefined) Object.assign(all, texts);
    else all[feature] = texts;
  }
  return all;
}
