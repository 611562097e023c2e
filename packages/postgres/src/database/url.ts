import { badOption } from "./errors.ts";

/** @throws GraphError TENON1507 unless the text is a url of a Postgres database */
export function requirePostgresUrl(url: string): void {
  if (URL.canParse(url) && /^postgres(?:ql)?:$/.test(new URL(url).protocol)) return;
  // The text is not repeated: it may hold a password.
  throw badOption("the database url is not readable", {
    detail: "expected postgres://user:password@host:port/database",
    hint: "write characters such as @, / and # in a password as %40, %2F and %23",
  });
}

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}
