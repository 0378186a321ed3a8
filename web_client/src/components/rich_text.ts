import DOMPurify from "dompurify";
import Markdown, { type MarkdownIt } from "markdown-it";

/**
 * Messages as people write them: **bold**, *italic*, `code`, code blocks, lists, > quotes, plain links, line breaks.
 * No HTML, no images, no headings, no links that say something else than where they go.
 * What markdown-it makes goes through DOMPurify with a closed list all the same: two independent walls.
 */
const TAGS = ["p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "span"];
const ATTRIBUTES = ["href", "rel", "target", "class", "start"];

const markdown = makeMarkdown();

function makeMarkdown(): MarkdownIt {
  const md = new Markdown("zero", { html: false, linkify: true, breaks: true, typographer: false });
  md.enable(["fence", "blockquote", "list", "linkify", "newline", "escape", "backticks", "emphasis", "balance_pairs", "fragments_join"]);
  onlyWebLinks(md);
  cjkEmphasis(md);
  mentions(md);
  md.renderer.rules["link_open"] = (tokens, index) => {
    const href = md.utils.escapeHtml(String(tokens[index]?.attrGet("href") ?? ""));
    return `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow ugc">`;
  };
  // The language behind ``` is shown nowhere, so it gets nowhere.
  md.renderer.rules["fence"] = (tokens, index) => `<pre><code>${md.utils.escapeHtml(tokens[index]?.content ?? "")}</code></pre>\n`;
  return md;
}

/** Only addresses with http or https, ending before Chinese text or punctuation: `见https://a.cn/b,谢谢`. */
function onlyWebLinks(md: MarkdownIt): void {
  const address = /^\/\/[^\s\p{Script=Han}\u3000-\u303f\uff00-\uffef"'<>`\\^{|}]+/u;
  const validate = (text: string, from: number): number => {
    const found = address.exec(text.slice(from))?.[0].replace(/[.,;:!?)\]*_~]+$/, "") ?? "";
    return /^\/\/[\p{L}\p{N}[]/u.test(found) ? found.length : 0;
  };
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  for (const schema of ["ftp:", "mailto:", "//"]) md.linkify.add(schema, null);
  for (const schema of ["http:", "https:"]) md.linkify.add(schema, { validate });
}

/**
 * CommonMark's flanking rule (0.31, section 6.2) expects spaces or punctuation around `**`; Chinese has neither, so
 * `请**注意:**今晚` would show its asterisks. Here a CJK neighbour counts like a space on the outer side.
 */
function cjkEmphasis(md: MarkdownIt): void {
  const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;
  md.inline.State = class extends Markdown.StateInline {
    override scanDelims(start: number, canSplitWord: boolean) {
      const scanned = super.scanDelims(start, canSplitWord);
      if (this.src[start] !== "*") return scanned;
      const before = this.src[start - 1] ?? " ";
      const after = this.src[start + scanned.length] ?? " ";
      return {
        ...scanned,
        can_open: scanned.can_open || (cjk.test(before) && !/\s/.test(after)),
        can_close: scanned.can_close || (cjk.test(after) && !/\s/.test(before)),
      };
    }
  };
}

/** `env.names`: what may stand behind `@` in this message, longest first. */
function mentions(md: MarkdownIt): void {
  md.inline.ruler.before("backticks", "mention", (state, silent) => {
    if (state.src[state.pos] !== "@") return false;
    const { names = [] } = state.env as { names?: readonly string[] };
    const name = names.find((known) => state.src.startsWith(known, state.pos + 1));
    if (name === undefined) return false;
    if (!silent) {
      state.push("mention_open", "span", 1).attrSet("class", "mention");
      state.push("text", "", 0).content = `@${name}`;
      state.push("mention_close", "span", -1);
    }
    state.pos += name.length + 1;
    return true;
  });
}

/** Markdown to HTML, not yet sanitised; for tests. */
export function toHtml(text: string, names: readonly string[] = []): string {
  return markdown.render(text, { names: [...names].sort((a, b) => b.length - a.length) });
}

const CACHE_AT_MOST = 500;
const cache = new Map<string, string>();

/** Safe HTML of a message. The same text is made once, so that scrolling costs nothing. */
export function safeHtml(text: string, names: readonly string[]): string {
  const key = JSON.stringify([text, names]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const html = DOMPurify.sanitize(toHtml(text, names), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: /^https?:\/\//i,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
  const [oldest] = cache.keys();
  if (cache.size >= CACHE_AT_MOST && oldest !== undefined) cache.delete(oldest);
  cache.set(key, html);
  return html;
}
