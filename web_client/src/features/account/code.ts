/**
 * What people type or paste as a code, brought into the form the server expects.
 *
 * Chinese input methods leave full-width digits and letters (１２３, Ａ), ideographic spaces and dashes of many kinds; letters
 * on paper are read with mistakes. Nothing here guesses: characters that cannot belong to a code are dropped, the rest stays.
 */

/** Digits of a one-time code of an authenticator app (RFC 6238). */
export const OTP_LENGTH = 6;

/** Letters and digits of an activation code: seven groups of four (server/accounts/codes.py: 26 and 2 to check). */
export const ACTIVATION_LENGTH = 28;

/** Letters and digits of a recovery code: six groups of four (23 and 1 to check). */
export const RECOVERY_LENGTH = 24;

/** Full-width forms become ASCII ones (Unicode NFKC), letters become capitals. */
function plain(text: string): string {
  return text.normalize("NFKC").toUpperCase();
}

/** The first six decimal digits in a text: `"１２３ 456"` gives `"123456"`. */
export function otpFromText(text: string): string {
  return plain(text)
    .replace(/[^0-9]/g, "")
    .slice(0, OTP_LENGTH);
}

/** True when a one-time code is complete. */
export function isOtp(code: string): boolean {
  return code.length === OTP_LENGTH && /^[0-9]+$/.test(code);
}

/**
 * Letters and digits of a printed code, in capitals, without the separators that only help reading.
 *
 * The alphabet (Crockford's base 32) has no I, L and O: they are read as the digits they look like.
 */
export function printedCode(text: string): string {
  return plain(text)
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

/** A printed code as it stands in a field: groups of four, no more than `length` letters and digits. */
export function fieldCode(text: string, length: number): string {
  return groupsOf(printedCode(text).slice(0, length), 4).join(" ");
}

/** A code cut into groups for reading, each of `size` characters; the last may be shorter. */
export function groupsOf(code: string, size: number): string[] {
  if (size < 1) throw new RangeError("a group has at least one character");
  return Array.from({ length: Math.ceil(code.length / size) }, (_, at) => code.slice(at * size, (at + 1) * size));
}

/**
 * The activation code in the fragment of an address (`#ABCD-EFGH…`), or an empty string.
 *
 * The code travels in the fragment because browsers never send it to a server or a log (architecture decision D9).
 */
export function codeFromFragment(hash: string): string {
  const raw = hash.startsWith("#") ? hash.slice(1) : hash;
  try {
    return printedCode(decodeURIComponent(raw));
  } catch {
    return printedCode(raw);
  }
}
