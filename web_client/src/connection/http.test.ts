// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";

import { http } from "./http";
import { Problem } from "./problem";

const answerWith = (status: number, body: string | null) => {
  const fetched = vi.fn<typeof fetch>(() => Promise.resolve(new Response(body, { status })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
};

afterEach(() => vi.unstubAllGlobals());

const problemOf = (call: Promise<unknown>): Promise<unknown> => call.catch((cause: unknown) => cause);

test("sends JSON with the cookie and reads JSON", async () => {
  const fetched = answerWith(200, '{"step":"done"}');
  await expect(http.post("/login", { login: "a" })).resolves.toEqual({ step: "done" });
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(url).toBe("/api/v1/login");
  expect(init).toMatchObject({ method: "POST", credentials: "same-origin", body: '{"login":"a"}', headers: { "Content-Type": "application/json" } });
});

test("an empty answer is null", async () => {
  answerWith(204, null);
  await expect(http.delete("/devices/1")).resolves.toBeNull();
});

test("a problem document becomes a Problem with both languages", async () => {
  answerWith(429, '{"title":"x","code":1200,"key":"TOO_MANY_REQUESTS","message":{"zh":"请3秒后再试","en":"Try again in 3 s"},"params":{"s":3,"o":{}},"retry_after_ms":3000}');
  const problem = await problemOf(http.get("/x"));
  expect(problem).toBeInstanceOf(Problem);
  expect((problem as Problem).fields).toEqual({
    code: 1200,
    key: "TOO_MANY_REQUESTS",
    message: { zh: "请3秒后再试", en: "Try again in 3 s" },
    status: 429,
    temporary: true,
    retryAfterMs: 3000,
    params: { s: 3 },
  });
  expect((problem as Problem).text("zh-CN")).toBe("请3秒后再试");
});

test.each([
  ["a proxy's page", 502, "<html>bad gateway</html>"],
  ["JSON of another kind", 500, '["no"]'],
])("%s is UNREADABLE and temporary", async (_name, status, body) => {
  answerWith(status, body);
  expect(await problemOf(http.get("/x"))).toMatchObject({ key: "UNREADABLE", temporary: true, fields: { status } });
});

test("no network is NETWORK", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  expect(await problemOf(http.get("/x"))).toMatchObject({ key: "NETWORK", temporary: true });
});
