/**
 * Log-in as a state machine, free of Vue and of the network.
 *
 *     password ─┬─> totp <──> recovery ──┬──> done
 *               ├─> enrol ──> codes ─────┤
 *               └────────────────────────┘
 *
 * Activation enters at `enrol`. `expired` (the half-open session ended) leads back to `password` from everywhere but `done`.
 */

/** What the server says comes next after a correct password. */
export type NextStep = "totp" | "enrol" | "done";

export type LoginState =
  | { readonly step: "password"; readonly expired: boolean }
  | { readonly step: "totp" }
  | { readonly step: "recovery" }
  | { readonly step: "enrol" }
  | { readonly step: "codes"; readonly codes: readonly string[] }
  | { readonly step: "done" };

export type LoginEvent =
  | { readonly type: "password_accepted"; readonly next: NextStep }
  | { readonly type: "use_recovery" }
  | { readonly type: "use_totp" }
  | { readonly type: "factor_accepted"; readonly next: NextStep }
  | { readonly type: "enrolled"; readonly codes: readonly string[] }
  | { readonly type: "codes_kept" }
  | { readonly type: "expired" }
  | { readonly type: "start_over" };

export const START: LoginState = { step: "password", expired: false };

type Move<E extends LoginEvent> = (state: LoginState, event: E) => LoginState | null;
type Moves = { readonly [T in LoginEvent["type"]]: Move<Extract<LoginEvent, { type: T }>> };

const MOVES: Moves = {
  password_accepted: (state, event) => (state.step === "password" ? { step: event.next } : null),
  use_recovery: (state) => (state.step === "totp" ? { step: "recovery" } : null),
  use_totp: (state) => (state.step === "recovery" ? { step: "totp" } : null),
  factor_accepted: (state, event) => (state.step === "totp" || state.step === "recovery" ? { step: event.next } : null),
  enrolled: (state, event) => (state.step === "enrol" ? { step: "codes", codes: event.codes } : null),
  codes_kept: (state) => (state.step === "codes" ? { step: "done" } : null),
  expired: (state) => (state.step === "done" ? null : { step: "password", expired: true }),
  start_over: (state) => (state.step === "done" ? null : START),
};

/**
 * The state after an event.
 *
 * An event that makes no sense in the present state (a second answer to a button pressed twice, say) changes nothing.
 */
export function advance(state: LoginState, event: LoginEvent): LoginState {
  const move = MOVES[event.type] as Move<LoginEvent>;
  return move(state, event) ?? state;
}

/** The state that fits a session the server already knows (page reloaded half-way). */
export function stateOf(step: NextStep | null): LoginState {
  return step === null ? START : { step };
}
