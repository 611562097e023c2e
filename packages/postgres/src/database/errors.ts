/** The errors of connections, statements and transactions, in one place so that their words agree. */
import { GraphError } from "@tenon/graph-core";
import type { Statement } from "./database.ts";
import { redactUrl } from "./redact-url.ts";
import { refusalOf } from "./sql-state.ts";

/** A longer statement is cut where it is quoted: enough to find it, little enough for a log line. */
const STATEMENT_CHARACTERS_MAX = 200;

/** TENON1500: no connection could be opened. */
export function connectionFailed(url: string, cause: unknown): GraphError {
  const refusal = refusalOf(cause);
  return new GraphError(`no connection to the database ${redactUrl(url)}`, {
    code: "TENON1500",
    category: "resource",
    detail: messageOf(cause),
    hint: CONNECTION_HINTS[refusal?.code ?? ""] ?? "start the server, or correct host, port and DATABASE_URL",
    cause,
  });
}

const CONNECTION_HINTS: Readonly<Record<string, string>> = {
  "28P01": "correct user and password in the url",
  "28000": "the server's pg_hba.conf does not admit this user from here",
  "3D000": "create the database, or correct its name in the url",
  "53300": "raise the server's max_connections, or open fewer connections per process",
  "57P03": "the server is starting, stopping or recovering: try again in a moment",
};

const REFUSAL_HINTS: Readonly<Record<string, string>> = {
  "53100":
    "make room on the disk of the server's data folder: nothing of the transaction was kept, and reading goes on",
};

/** TENON1501: the server answered a statement with an error. */
export function statementRefused(statement: string | Statement, cause: unknown): GraphError {
  const refusal = refusalOf(cause);
  const constraint = refusal?.constraint === undefined ? "" : `, constraint "${refusal.constraint}"`;
  return new GraphError(`the server refused a statement: ${messageOf(cause)}`, {
    code: "TENON1501",
    category: /^(?:22|23|42|P0)/.test(refusal?.code ?? "") ? "input" : "resource",
    detail: `SQLSTATE ${refusal?.code ?? "unknown"}${constraint}, in ${quoteStatement(statement)}`,
    hint:
      REFUSAL_HINTS[refusal?.code ?? ""] ??
      refusal?.hint ??
      "look the SQLSTATE up in the appendix on error codes of the PostgreSQL manual",
    cause,
  });
}

/** TENON1502: every attempt of a transaction ended in a serialization failure or deadlock. */
export function attemptsUsedUp(attempts: number, cause: unknown): GraphError {
  return new GraphError(`a transaction gave way to others ${attempts === 1 ? "once" : `${attempts} times`}`, {
    code: "TENON1502",
    category: "resource",
    detail: `attemptsMax ${attempts}, last refusal: SQLSTATE ${refusalOf(cause)?.code ?? "unknown"}, ${messageOf(cause)}`,
    hint: "nothing was committed: allow more attempts if the work may be repeated, or write the same rows in one order everywhere",
    cause,
  });
}

/** TENON1503: the connection went away while a commit was under way. */
export function outcomeUnknown(what: string, cause: unknown): GraphError {
  return new GraphError(`the connection was lost during ${what}: whether it took effect is unknown`, {
    code: "TENON1503",
    category: "resource",
    detail: messageOf(cause),
    hint: "read back what would have been written before doing it again",
    cause,
  });
}

/** TENON1504: the connection went away before a commit was asked for. */
export function connectionLost(cause: unknown): GraphError {
  return new GraphError("the connection to the database was lost", {
    code: "TENON1504",
    category: "resource",
    detail: messageOf(cause),
    hint: "an open transaction was rolled back: it can be run again on a new connection",
    cause,
  });
}

export function isConnectionLost(error: unknown): boolean {
  return error instanceof GraphError && error.code === "TENON1504";
}

/** TENON1505: every connection stayed in use for longer than a caller may wait, or too many wait already. */
export function connectionsExhausted(facts: {
  readonly connectionsMax: number;
  readonly waiting: number;
  readonly waited: string;
}): GraphError {
  return new GraphError("no connection became free", {
    code: "TENON1505",
    category: "resource",
    detail: `all ${facts.connectionsMax} connections in use, ${facts.waiting} callers waiting, ${facts.waited}`,
    hint: "find transactions that wait for something else while they are open, or raise connectionsMax",
  });
}

/** TENON1506: something was used after its end, or in a way its kind does not allow. */
export function misuse(message: string, hint: string): GraphError {
  return new GraphError(message, { code: "TENON1506", category: "invariant", hint });
}

/** TENON1507: an option or a statement's form is not usable. */
export function badOption(message: string, facts: { readonly detail: string; readonly hint: string }): GraphError {
  return new GraphError(message, { code: "TENON1507", category: "input", ...facts });
}

/** TENON1508: the work resolved although one of its statements had failed. */
export function failureSwallowed(cause: unknown): GraphError {
  return new GraphError("a transaction could not commit, because one of its statements had failed unnoticed", {
    code: "TENON1508",
    category: "invariant",
    detail: `nothing was committed; the statement failed with: ${cause === undefined ? "unknown" : messageOf(cause)}`,
    hint: "let the failure of a statement reject the work, or use a savepoint around it",
    cause,
  });
}

export function quoteStatement(statement: string | Statement): string {
  if (typeof statement !== "string") return `statement "${statement.name}"`;
  const text = statement.replace(/\s+/g, " ").trim();
  return text.length <= STATEMENT_CHARACTERS_MAX ? `"${text}"` : `"${text.slice(0, STATEMENT_CHARACTERS_MAX)}…"`;
}

export function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(messageOf).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}
