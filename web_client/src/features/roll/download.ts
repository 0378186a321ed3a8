/** Fetching a file the server makes, so that a refusal is a sentence on the page instead of a page of its own. */

import { ownProblem, problemFrom } from "@/connection/problem";

/** A roll of 20,000 people takes the server some seconds. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** File name of a Content-Disposition header (RFC 6266; the extended form wins), or `fallback`. */
export function fileName(header: string | null, fallback: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header ?? "")?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      return fallback;
    }
  }
  return /filename="([^"]+)"/i.exec(header ?? "")?.[1] ?? fallback;
}

/** The file at `/api/v1<path>` and what it is called. Throws `Problem` only. */
export async function fetchFile(path: string, fallback: string): Promise<File> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { credentials: "same-origin", signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  } catch {
    throw ownProblem("NETWORK");
  }
  if (!response.ok) throw problemFrom(await response.json().catch(() => null), response.status);
  const content = await response.blob();
  return new File([content], fileName(response.headers.get("content-disposition"), fallback), { type: content.type });
}

/** Hand a file to the browser's downloads. */
export function offer(file: File, page: Document = document): void {
  const address = URL.createObjectURL(file);
  const link = page.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(address);
}
