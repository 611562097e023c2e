/** What the server said when it refused something. */
export interface Refusal {
  /** SQLSTATE, five characters. */
  readonly code: string;
  readonly severity: string;
  readonly constraint?: string;
  readonly hint?: string;
}

/** Longest chain of causes that is searched. */
const CAUSES_MAX = 8;

/** The server's refusal behind an error, or `undefined` when it came from elsewhere. */
export function refusalOf(error: unknown): Refusal | undefined {
  let at = error;
  for (let depth = 0; depth < CAUSES_MAX && at instanceof Error; depth++, at = at.cause) {
    const { code, severity } = at as Partial<Refusal>;
    if (typeof code === "string" && typeof severity === "string" && /^[0-9A-Z]{5}$/.test(code)) {
      return at as unknown as Refusal;
    }
  }
  return undefined;
}

/** The SQLSTATE behind an error, `"23505"` for a duplicate key; `undefined` when no server refused anything. */
export function sqlStateOf(error: unknown): string | undefined {
  return refusalOf(error)?.code;
}

/** The server asks to run the transaction again: serialization failure, deadlock. */
export function asksForRetry(sqlState: string | undefined): boolean {
  return sqlState === "40001" || sqlState === "40P01";
}

/** States after which the session is gone: connection exceptions, shutdown, crash, and the timeouts that end a session. */
export function endsSession(sqlState: string): boolean {
  return /^08|^57P0[1-5]$|^25P0[34]$/.test(sqlState);
}

/**
 * A commit answered with one of these may have been written all the same: the session or the server's storage failed,
 * not the transaction.
 */
export function leavesCommitOpen(sqlState: string): boolean {
  return endsSession(sqlState) || /^(?:53|58|XX|F0)/.test(sqlState);
}

/** A prepared statement no longer fits its table, or is gone: only a new connection prepares it again. */
export function spoilsStatements(refusal: Refusal & { readonly message?: string }): boolean {
  return refusal.code === "26000" || (refusal.code === "0A000" && /cached plan/.test(refusal.message ?? ""));
}
