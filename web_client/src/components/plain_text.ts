/**
 * True when a text surely means the same drawn as it is: it has no sign that Markdown, links or mentions begin with, and no
 * white space that rendering would fold. May say false for a plain text; never true for one that is not (plain_text.test.ts).
 */
export function isPlain(text: string): boolean {
  return !/[*_`~<>&\\[\]@#+]|:\/\/|^\s|\s$|\n[ \t]*\n|[ \t]{2}|\t|^ *(?:-|\d+[.)])|\n[ \t]*(?:-|\d+[.)]| )/m.test(text);
}
