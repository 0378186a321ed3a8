import { describe, expect, it } from "vitest";

import { readQr } from "./qr";

const STEPS = "M4 4.5h7m1 0h4m-12 1h1m5 0h1";

describe("QR codes drawn by the server", () => {
  it.each([
    `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="37" height="37"><path class="l" stroke="#000" d="${STEPS}"/></svg>`,
    `<svg viewBox="0 0 37 37" class="segno"><path stroke="#000" d="${STEPS}"/></svg>`,
    `<svg width="148" height="148"><path transform="scale(4)" stroke="#000" d="${STEPS}"/></svg>`,
    `<svg viewBox="0 0 185 185"><g transform="scale(5)"><path fill="#fff" d="M0 0h37v37h-37z"/><path stroke="#000" d="${STEPS}"/></g></svg>`,
  ])("are read in every form (%#)", (svg) => {
    expect(readQr(svg)).toEqual({ path: STEPS, size: 37 });
  });

  it.each([
    "",
    "<p>no</p>",
    '<svg viewBox="0 0 37 37"></svg>',
    `<svg viewBox="0 0 9999 9999"><path stroke="#000" d="${STEPS}"/></svg>`,
    `<svg viewBox="0 0 x x"><path stroke="#000" d="${STEPS}"/></svg>`,
    '<svg viewBox="0 0 37 37"><path stroke="#000" d="url(javascript:alert(1))"/></svg>',
  ])("are refused when they are something else (%#)", (svg) => {
    expect(readQr(svg)).toBeNull();
  });
});
