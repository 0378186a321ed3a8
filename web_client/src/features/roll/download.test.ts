import { afterEach, describe, expect, it, vi } from "vitest";

import { fetchFile, fileName, offer } from "./download";

const answer = (body: BodyInit, init: ResponseInit): void => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, init)));
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("file names", () => {
  it.each([
    [`attachment; filename="roll.xlsx"; filename*=UTF-8''%E8%8A%B1%E5%90%8D%E5%86%8C.xlsx`, "花名册.xlsx"],
    ['attachment; filename="roll.csv"', "roll.csv"],
    ["attachment; filename*=UTF-8''%E8%A", "x.xlsx"],
    [null, "x.xlsx"],
  ])("%j", (header, name) => {
    expect(fileName(header, "x.xlsx")).toBe(name);
  });
});

describe("fetching a file", () => {
  it("gives the file under the server's name", async () => {
    answer("a,b", { status: 200, headers: { "content-disposition": 'attachment; filename="roll.csv"' } });
    const file = await fetchFile("/roll/export?unit=1", "x");
    expect(file.name).toBe("roll.csv");
    expect(await file.text()).toBe("a,b");
  });

  it("throws the server's refusal", async () => {
    answer(JSON.stringify({ key: "REAUTH_NEEDED", message: { zh: "请", en: "please" } }), { status: 403 });
    await expect(fetchFile("/roll/export?unit=1", "x")).rejects.toMatchObject({ key: "REAUTH_NEEDED" });
  });

  it("says so when there is no network, and when a proxy answers", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(fetchFile("/x", "x")).rejects.toMatchObject({ key: "NETWORK" });
    answer("<html>", { status: 502 });
    await expect(fetchFile("/x", "x")).rejects.toMatchObject({ key: "UNREADABLE" });
  });
});

describe("offering a file", () => {
  it("starts a download under its name", () => {
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    offer(new File(["x"], "花名册.xlsx"));
    expect((clicked.mock.contexts[0] as HTMLAnchorElement).download).toBe("花名册.xlsx");
  });
});
