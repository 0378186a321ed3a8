/** Recovery codes as a text to print or store; the words come from the caller's language. */

export interface KeepWords {
  /** First line, e.g. `会堂恢复码`. */
  readonly title: string;
  /** What the codes are for and how to keep them. */
  readonly advice: string;
}

/** One code a line, numbered, with a place to tick it off once used. Lines end as Windows' Notepad expects. */
export function codesText(codes: readonly string[], words: KeepWords): string {
  const width = String(codes.length).length;
  const lines = codes.map((code, at) => `${String(at + 1).padStart(width, " ")}. ${code}   [ ]`);
  return [words.title, words.advice, "", ...lines, ""].join("\r\n");
}

/** Offer a text to the device as a file. The byte-order mark makes old editors read it as UTF-8. */
export function offerFile(name: string, text: string, page: Document = document): void {
  const address = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/plain;charset=utf-8" }));
  const link = page.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
