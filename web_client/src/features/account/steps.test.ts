import { describe, expect, it } from "vitest";

import { advance, type LoginEvent, type LoginState, START, stateOf } from "./steps";

const run = (...events: LoginEvent[]): LoginState => events.reduce(advance, START);

describe("log-in steps", () => {
  it("goes from the password over the one-time code to the end", () => {
    const state = run({ type: "password_accepted", next: "totp" }, { type: "factor_accepted", next: "done" });
    expect(state).toEqual({ step: "done" });
  });

  it("goes straight in when no second factor is asked for", () => {
    expect(run({ type: "password_accepted", next: "done" })).toEqual({ step: "done" });
  });

  it("shows recovery codes once after enrolment and waits until they are kept", () => {
    const codes = ["A", "B"];
    const shown = run({ type: "password_accepted", next: "enrol" }, { type: "enrolled", codes });
    expect(shown).toEqual({ step: "codes", codes });
    expect(advance(shown, { type: "codes_kept" })).toEqual({ step: "done" });
  });

  it("changes between one-time code and recovery code and back", () => {
    const recovery = run({ type: "password_accepted", next: "totp" }, { type: "use_recovery" });
    expect(recovery).toEqual({ step: "recovery" });
    expect(advance(recovery, { type: "use_totp" })).toEqual({ step: "totp" });
    expect(advance(recovery, { type: "factor_accepted", next: "done" })).toEqual({ step: "done" });
  });

  it("leads to enrolment when the recovery code was accepted for a lost phone", () => {
    const recovery = run({ type: "password_accepted", next: "totp" }, { type: "use_recovery" });
    expect(advance(recovery, { type: "factor_accepted", next: "enrol" })).toEqual({ step: "enrol" });
  });

  it("returns to the password and says why when the half-open session ended", () => {
    const state = run({ type: "password_accepted", next: "totp" }, { type: "expired" });
    expect(state).toEqual({ step: "password", expired: true });
  });

  it("ignores events that make no sense now, such as a second answer to a double click", () => {
    const totp: LoginState = { step: "totp" };
    expect(advance(totp, { type: "password_accepted", next: "enrol" })).toBe(totp);
    expect(advance(START, { type: "factor_accepted", next: "done" })).toBe(START);
    expect(advance({ step: "done" }, { type: "expired" })).toEqual({ step: "done" });
    expect(advance({ step: "done" }, { type: "start_over" })).toEqual({ step: "done" });
  });

  it("starts where the server says the session stands", () => {
    expect(stateOf(null)).toEqual(START);
    expect(stateOf("enrol")).toEqual({ step: "enrol" });
  });
});
