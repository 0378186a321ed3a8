import { ownProblem, problemFrom } from "./problem";

/** Longest wait for an answer of a plain request; uploads have their own. */
const REQUEST_TIMEOUT_MS = 20_000;

const ROOT = "/api/v1";

export interface RequestOptions {
  /** JSON body. */
  json?: unknown;
  /** Raw body, e.g. a file; `headers` should then carry its Content-Type. */
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeoutMs?: number;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw ownProblem("UNREADABLE", response.status);
  }
}

/**
 * Call `/api/v1<path>` with the session cookie and read JSON.
 *
 * The caller names the shape of the answer; it is the one the server's OpenAPI document gives for this path.
 * Throws `Problem` (problem.ts) and nothing else: refusals of the server with their code, key and text in both languages,
 * `NETWORK` when the server could not be reached, `TIMEOUT`, `UNREADABLE`.
 */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const limit = AbortSignal.timeout(options.timeoutMs ?? REQUEST_TIMEOUT_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  let body = options.body;
  if (options.json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.json);
  }
  let response: Response;
  try {
    const init: RequestInit = { method, headers, credentials: "same-origin", signal };
    if (body !== undefined) init.body = body;
    response = await fetch(ROOT + path, init);
  } catch {
    throw ownProblem(limit.aborted ? "TIMEOUT" : "NETWORK");
  }
  const answer = await readBody(response);
  if (!response.ok) throw problemFrom(answer, response.status);
  return answer as T;
}

export const http = {
  get: <T>(path: string, options?: RequestOptions) => request<T>("GET", path, options),
  post: <T>(path: string, json?: unknown, options?: RequestOptions) => request<T>("POST", path, { json: json ?? {}, ...options }),
  put: <T>(path: string, json?: unknown, options?: RequestOptions) => request<T>("PUT", path, { json: json ?? {}, ...options }),
  patch: <T>(path: string, json?: unknown, options?: RequestOptions) => request<T>("PATCH", path, { json: json ?? {}, ...options }),
  delete: <T>(path: string, options?: RequestOptions) => request<T>("DELETE", path, options),
};
