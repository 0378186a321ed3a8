import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it } from "vitest";

import { Problem } from "@/connection/problem";

import { NotConfirmed, useReauth } from "./reauth";

const refused = (key: string): Problem =>
  new Problem({ code: 1, key, message: { zh: "", en: "" }, status: 403, temporary: false, retryAfterMs: null, params: {} });

/** An action that is refused `times` times with `key` and then gives `done`. */
function action(key: string, times: number): { run: () => Promise<string>; count: () => number } {
  let calls = 0;
  return {
    run: () => {
      calls += 1;
      return calls <= times ? Promise.reject(refused(key)) : Promise.resolve("done");
    },
    count: () => calls,
  };
}

beforeEach(() => {
  setActivePinia(createPinia());
});

describe("proof of identity before sensitive changes", () => {
  it("asks nothing when the server does not", async () => {
    const reauth = useReauth();
    expect(await reauth.guard(action("", 0).run)).toBe("done");
    expect(reauth.asking).toBe(false);
  });

  it("asks, and does it once more after the proof", async () => {
    const reauth = useReauth();
    const change = action("REAUTH_NEEDED", 1);
    const result = reauth.guard(change.run);
    await Promise.resolve();
    await Promise.resolve();
    expect(reauth.asking).toBe(true);
    reauth.answer(true);
    expect(await result).toBe("done");
    expect(change.count()).toBe(2);
    expect(reauth.asking).toBe(false);
  });

  it("does nothing when the question is closed", async () => {
    const reauth = useReauth();
    const change = action("REAUTH_NEEDED", 1);
    const result = reauth.guard(change.run);
    await Promise.resolve();
    await Promise.resolve();
    reauth.answer(false);
    await expect(result).rejects.toBeInstanceOf(NotConfirmed);
    expect(change.count()).toBe(1);
  });

  it("passes other refusals on", async () => {
    await expect(useReauth().guard(action("FORBIDDEN", 1).run)).rejects.toMatchObject({ key: "FORBIDDEN" });
  });
});
