import { describe, expect, it } from "vitest";

import { Problem } from "@/connection/problem";

import { patiently } from "./patience";

function refusal(key: string, retryAfterMs: number | null): Problem {
  return new Problem({ code: 1, key, message: { zh: "", en: "" }, status: 429, temporary: true, retryAfterMs, params: {} });
}

/** An action that is refused with each of the problems in turn and then goes through; notes the pauses waited. */
async function run(...refusals: Problem[]): Promise<{ result: string; pauses: number[] }> {
  const pauses: number[] = [];
  const left = [...refusals];
  const result = await patiently(
    () => {
      const next = left.shift();
      return next === undefined ? Promise.resolve("done") : Promise.reject(next);
    },
    (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  );
  return { result, pauses };
}

describe("patience", () => {
  it("waits as long as the server asks, as often as it asks", async () => {
    expect(await run(refusal("TOO_MANY_REQUESTS", 600), refusal("TOO_MANY_REQUESTS", 700))).toEqual({ result: "done", pauses: [600, 700] });
  });

  it("does not wait for a long pause, nor for other refusals", async () => {
    await expect(run(refusal("TOO_MANY_REQUESTS", 90_000))).rejects.toMatchObject({ key: "TOO_MANY_REQUESTS" });
    await expect(run(refusal("FORBIDDEN", 5))).rejects.toMatchObject({ key: "FORBIDDEN" });
    await expect(run(refusal("TOO_MANY_REQUESTS", null))).rejects.toBeInstanceOf(Problem);
  });
});
