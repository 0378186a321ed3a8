/** The server's account routes, typed. Every function throws `Problem` (connection/problem.ts) and nothing else. */

import { http } from "@/connection/http";

import type { NextStep } from "./steps";

export interface StepAnswer {
  step: NextStep;
}

/** Whose letter this is; shown so that people see they hold their own. */
export interface Invitation {
  org: string;
  name: string;
  /** `activate`: first account or new password; `factor_reset`: the way to a new second factor. */
  purpose: "activate" | "factor_reset";
  /** Log-in name of an account that exists; empty for a first one. */
  login: string;
}

/** A second factor being set up. Shown to its owner once, kept nowhere. */
export interface Enrolment {
  secret: string;
  uri: string;
  qr_svg: string;
}

export interface RecoveryCodes {
  recovery_codes: string[];
}

export const accountApi = {
  checkCode: (code: string) => http.post<Invitation>("/activation/check", { code }),
  activate: (code: string, login: string, password: string) => http.post<StepAnswer>("/activation", { code, login, password }),
  login: (login: string, password: string) => http.post<StepAnswer>("/login", { login, password }),
  /** `client_time_ms` lets the server tell a wrong clock from a wrong code. */
  totp: (code: string, clientTimeMs: number) => http.post<StepAnswer>("/login/totp", { code, client_time_ms: clientTimeMs }),
  recovery: (code: string) => http.post<StepAnswer>("/login/recovery", { code }),
  enrol: () => http.post<Enrolment>("/mfa/enrol"),
  confirm: (code: string) => http.post<RecoveryCodes>("/mfa/confirm", { code }),
  newRecoveryCodes: () => http.post<RecoveryCodes>("/mfa/recovery-codes"),
  /** `code`: one-time or recovery code; null for an account without a second factor. */
  reauth: (password: string, code: string | null) => http.post<null>("/reauth", { password, code }),
};
