// @vitest-environment node
import { expect, test } from "vitest";

import { uuid7 } from "./ids";

test("time first, version 7, variant 10 (RFC 9562 appendix A.6)", () => {
  const id = uuid7(0x017f22e279b0, (bytes) => bytes.fill(0xff));
  expect(id).toBe("017f22e2-79b0-7fff-bfff-ffffffffffff");
});

test("later ids sort behind earlier ones and chance keeps them apart", () => {
  expect(uuid7(1_000) < uuid7(2_000)).toBe(true);
  expect(new Set(Array.from({ length: 1_000 }, () => uuid7(5))).size).toBe(1_000);
});
