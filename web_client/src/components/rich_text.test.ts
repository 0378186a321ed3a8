import { expect, test } from "vitest";

import { safeHtml, toHtml } from "./rich_text";

const inline = (text: string, names: string[] = []) => toHtml(text, names).trim().replace(/^<p>|<\/p>$/g, "");

test.each([
  ["**粗**和*斜*", "<strong>粗</strong>和<em>斜</em>"],
  ["请**注意:**今晚", "请<strong>注意:</strong>今晚"],
  ["**“会议”**开始", "<strong>“会议”</strong>开始"],
  ["2 * 3 * 4", "2 * 3 * 4"],
  ["snake_case_name", "snake_case_name"],
  ["`<b>`", "<code>&lt;b&gt;</code>"],
  ["一\n二", "一<br>\n二"],
  ["# 不是标题", "# 不是标题"],
  ["[银行](https://evil.example)", '[银行](<a href="https://evil.example" target="_blank" rel="noopener noreferrer nofollow ugc">https://evil.example</a>)'],
  ["![图](https://a.example/x.png)", '![图](<a href="https://a.example/x.png" target="_blank" rel="noopener noreferrer nofollow ugc">https://a.example/x.png</a>)'],
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ["见https://a.cn/b?x=1,谢谢", '见<a href="https://a.cn/b?x=1" target="_blank" rel="noopener noreferrer nofollow ugc">https://a.cn/b?x=1</a>,谢谢'],
  ["(https://a.cn/b)", '(<a href="https://a.cn/b" target="_blank" rel="noopener noreferrer nofollow ugc">https://a.cn/b</a>)'],
  ["javascript:alert(1) README.md a@b.cn //x.cn", "javascript:alert(1) README.md a@b.cn //x.cn"],
])("%s", (text, html) => {
  expect(inline(text)).toBe(html);
});

test("lists, quotes and code blocks are blocks", () => {
  expect(toHtml("- 一\n- 二")).toContain("<ul>\n<li>一</li>");
  expect(toHtml("3. 三")).toContain('<ol start="3">');
  expect(toHtml("> 引")).toContain("<blockquote>");
  expect(toHtml("```\n<b>\n```")).toContain("<pre><code>&lt;b&gt;");
  expect(toHtml("---")).toBe("<p>---</p>\n");
  expect(toHtml("a | b\n--|--\n1 | 2")).not.toContain("<table");
});

test("a mention is the longest known name, and only a known one", () => {
  expect(inline("@宋佳 @宋佳宁 @路人", ["宋佳", "宋佳宁"])).toBe('<span class="mention">@宋佳</span> <span class="mention">@宋佳宁</span> @路人');
  expect(inline("`@宋佳`", ["宋佳"])).toBe("<code>@宋佳</code>");
  expect(inline("@<img src=x onerror=alert(1)>", ["<img src=x onerror=alert(1)>"])).not.toContain("<img");
});

/** Attacks of the kinds OWASP's XSS filter evasion sheet lists; nothing but the closed list of tags may come out. */
test.each([
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<a href='javascript:alert(1)'>x</a>",
  "<https://a.example/\"onmouseover=\"alert(1)>",
  'https://a.example/"><script>alert(1)</script>',
  "https://a.example/' onclick='alert(1)",
  "```html\n</code></pre><script>alert(1)</script>\n```",
  '```"><script>alert(1)</script>\nx\n```',
  "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
  "<!--<img src='--><img src=x onerror=alert(1)//'>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "\u202e<script>\u202c",
])("attack %#", (text) => {
  for (const html of [toHtml(text), safeHtml(text, [])]) {
    const tags = [...html.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map((match) => match[1]?.toLowerCase());
    for (const tag of tags) expect(["p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "span"]).toContain(tag);
    for (const [attributes] of html.matchAll(/<[a-z]+\s[^>]*>/gi)) expect(attributes).not.toMatch(/\son[a-z]+\s*=(?=[^"]*(?:"[^"]*"[^"]*)*$)/i);
    expect(html).not.toMatch(/href="(?!https?:\/\/)/);
  }
});
