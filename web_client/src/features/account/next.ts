/** Where to go after signing in: an address inside this client, never one of somebody else's (open redirect). */
export function nextPlace(wanted: unknown): string {
  if (typeof wanted !== "string" || !/^\/(?![/\\])/.test(wanted)) return "/";
  return /^\/(login|activate)(?![\w-])/.test(wanted) ? "/" : wanted;
}
