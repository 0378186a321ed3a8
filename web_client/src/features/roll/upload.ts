/** Sending a file with progress: `fetch` cannot tell how much has left, XMLHttpRequest can. */

import { ownProblem, type Problem, problemFrom } from "@/connection/problem";

export interface UploadRequest {
  /** Path below /api/v1. */
  readonly path: string;
  readonly file: File;
  /** Called with 0 … 1. */
  readonly progress: (part: number) => void;
}

/** Longest wait for the whole upload and its answer; a roll of 5,000 rows is read in a few seconds. */
const UPLOAD_TIMEOUT_MS = 120_000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The JSON answer to a file sent as the raw body. Rejects with `Problem` only. */
export function upload<T>(wanted: UploadRequest, world: () => XMLHttpRequest = () => new XMLHttpRequest()): Promise<T> {
  return new Promise<T>((resolve, reject: (problem: Problem) => void) => {
    const request = world();
    request.open("POST", `/api/v1${wanted.path}`);
    request.timeout = UPLOAD_TIMEOUT_MS;
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", wanted.file.type || "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(wanted.file.name));
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) wanted.progress(event.loaded / event.total);
    };
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status < 200 || request.status > 299) reject(problemFrom(body, request.status));
      else if (body === null) reject(ownProblem("UNREADABLE", request.status));
      else resolve(body as T);
    };
    request.onerror = () => {
      reject(ownProblem("NETWORK"));
    };
    request.ontimeout = () => {
      reject(ownProblem("TIMEOUT"));
    };
    request.send(wanted.file);
  });
}
