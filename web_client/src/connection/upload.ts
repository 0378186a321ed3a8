import { ownProblem, problemFrom } from "./problem";

export interface UploadOptions {
  /** Path below /api/v1 with its query. */
  path: string;
  file: Blob;
  /** Shown name; travels percent-encoded in X-File-Name. */
  name: string;
  /** 0–1. */
  progress: (part: number) => void;
  signal: AbortSignal;
}

/**
 * Send a file as a raw body and read JSON; `fetch` tells no progress of what it sends, so this is XMLHttpRequest.
 * Throws `Problem` as http.ts does; `CLOSED` when it was aborted.
 */
export function upload<T>(options: UploadOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", `/api/v1${options.path}`);
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("Content-Type", options.file.type || "application/octet-stream");
    call.setRequestHeader("X-File-Name", encodeURIComponent(options.name));
    call.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) options.progress(event.loaded / event.total);
    };
    call.onerror = call.ontimeout = () => {
      reject(ownProblem("NETWORK"));
    };
    call.onabort = () => {
      reject(ownProblem("CLOSED"));
    };
    call.onload = () => {
      const body = parsed(call.responseText);
      if (call.status >= 200 && call.status < 300 && body !== undefined) resolve(body as T);
      else reject(problemFrom(body, call.status));
    };
    options.signal.addEventListener("abort", () => {
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
