const HIDDEN = "***";

/** The url without its password, for messages and logs. */
export function redactUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return "(unreadable url)";
  if (parsed.password !== "") parsed.password = HIDDEN;
  for (const name of [...parsed.searchParams.keys()]) {
    if (/password|sslkey/i.test(name)) parsed.searchParams.set(name, HIDDEN);
  }
  return parsed.href;
}
