/** Reactions offered at once; the server takes any single emoji besides. */
export const EMOJI = ["👍", "❤️", "🎉", "😄", "🙏", "👀"] as const;

/** Words that stand as reactions beside emoji (server: channels/chat/emoji.py) -> their text key below `chat.word`. */
export const WORD_KEYS: Readonly<Record<string, string>> = {
  收到: "received",
  赞同: "agree",
  明白: "understood",
  感谢: "thanks",
  辛苦了: "well_done",
  有疑问: "question",
};

export const WORDS = Object.keys(WORD_KEYS);
