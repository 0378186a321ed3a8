import { ownProblem, type Problem, problemFrom } from "./problem";

export interface UploadOptions {
  /** Path below /api/v1 with its query. */
  path: string;
  file: Blob;
  /** Shown name; travels percent-encoded in X-File-Name. */
  name: string;
  /** 0–1. */
  progress: (part: number) => void;
  signal?: AbortSignal;
  /** Longest wait for the whole upload and its answer; none by default. */
  timeoutMs?: number;
}

/**
 * Send a file as a raw body and read JSON; `fetch` tells no progress of what it sends, so this is XMLHttpRequest.
 * Rejects with `Problem` only, as http.ts does; `CLOSED` when it was aborted.
 */
export function upload<T>(options: UploadOptions, world: () => XMLHttpRequest = () => new XMLHttpRequest()): Promise<T> {
  return new Promise<T>((resolve, reject: (problem: Problem) => void) => {
    const call = world();
    const fail = (key: "NETWORK" | "TIMEOUT" | "CLOSED"): void => {
      reject(ownProblem(key));
    };
    call.open("POST", `/api/v1${options.path}`);
    call.timeout = options.timeoutMs ?? 0;
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("Content-Type", options.file.type || "application/octet-stream");
    call.setRequestHeader("X-File-Name", encodeURIComponent(options.name));
    call.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) options.progress(event.loaded / event.total);
    };
    call.onerror = () => {
      fail("NETWORK");
    };
    call.ontimeout = () => {
      fail("TIMEOUT");
    };
    call.onabort = () => {
      fail("CLOSED");
    };
    call.onload = () => {
      const body = parsed(call.responseText);
      if (call.status < 200 || call.status > 299) reject(problemFrom(body, call.status));
      else if (body === undefined) reject(ownProblem("UNREADABLE", call.status));
      else resolve(body as T);
    };
    options.signal?.addEventListener("abort", () => {
      call.abort();
    });
    call.send(options.file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
