import { describe, expect, it, vi } from "vitest";

import { Problem } from "@/connection/problem";

import { upload } from "./upload";

/** A request that does nothing by itself; the test plays the browser. */
function stage(): { request: XMLHttpRequest; headers: Record<string, string>; sent: unknown[] } {
  const headers: Record<string, string> = {};
  const sent: unknown[] = [];
  const request = {
    upload: {},
    status: 0,
    responseText: "",
    open: vi.fn(),
    setRequestHeader: (name: string, value: string) => {
      headers[name] = value;
    },
    send: (body: unknown) => sent.push(body),
  } as unknown as XMLHttpRequest;
  return { request, headers, sent };
}

const FILE = new File(["x"], "花名册 1.xlsx", { type: "" });

describe("uploading a file", () => {
  it("names the file, tells how far it is and gives the answer", async () => {
    const { request, headers, sent } = stage();
    const parts: number[] = [];
    const answer = upload<{ import: string }>({ path: "/roll/import", file: FILE, name: FILE.name, progress: (part) => parts.push(part) }, () => request);
    request.upload.onprogress?.call(request, { lengthComputable: true, loaded: 1, total: 4 } as ProgressEvent);
    request.upload.onprogress?.call(request, { lengthComputable: false, loaded: 1, total: 0 } as ProgressEvent);
    Object.assign(request, { status: 200, responseText: '{"import":"a"}' });
    request.onload?.({} as ProgressEvent);
    expect(await answer).toEqual({ import: "a" });
    expect(parts).toEqual([0.25]);
    expect(headers["X-File-Name"]).toBe("%E8%8A%B1%E5%90%8D%E5%86%8C%201.xlsx");
    expect(headers["Content-Type"]).toBe("application/octet-stream");
    expect(sent).toEqual([FILE]);
  });

  it("hands on the server's refusal", async () => {
    const { request } = stage();
    const answer = upload({ path: "/roll/import", file: FILE, name: FILE.name, progress: () => undefined }, () => request);
    const body = { code: 2131, key: "FILE_UNREADABLE", message: { zh: "无法读取文件", en: "cannot be read" }, temporary: false, params: {} };
    Object.assign(request, { status: 422, responseText: JSON.stringify(body) });
    request.onload?.({} as ProgressEvent);
    await expect(answer).rejects.toMatchObject({ key: "FILE_UNREADABLE" });
  });

  it.each([
    ["onerror", "NETWORK"],
    ["ontimeout", "TIMEOUT"],
  ] as const)("%s means %s", async (handler, key) => {
    const { request } = stage();
    const answer = upload({ path: "/roll/import", file: FILE, name: FILE.name, progress: () => undefined }, () => request);
    request[handler]?.({} as ProgressEvent);
    await expect(answer).rejects.toBeInstanceOf(Problem);
    await expect(answer).rejects.toMatchObject({ key });
  });

  it("does not take a page of a proxy for an answer", async () => {
    const { request } = stage();
    const answer = upload({ path: "/roll/import", file: FILE, name: FILE.name, progress: () => undefined }, () => request);
    Object.assign(request, { status: 200, responseText: "<html>" });
    request.onload?.({} as ProgressEvent);
    await expect(answer).rejects.toMatchObject({ key: "UNREADABLE" });
  });
});
