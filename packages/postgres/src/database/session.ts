import type pg from "pg";
import { type CopyChunks, CopyIn } from "./copy-in.ts";
import type { Statement } from "./database.ts";
import {
  badOption,
  connectionLost,
  isConnectionLost,
  outcomeUnknown,
  quoteStatement,
  statementRefused,
} from "./errors.ts";
import { endsSession, refusalOf, spoilsStatements } from "./sql-state.ts";
import { textTypes } from "./values.ts";

/** The server cuts longer names, so that two statements could become one. */
const STATEMENT_NAME_BYTES_MAX = 63;

export interface Answer {
  readonly rows: readonly unknown[];
  readonly rowCount: number;
  /** The command's tag, e.g. `COMMIT`, and `ROLLBACK` for a commit of a failed transaction. */
  readonly command: string;
}

/**
 * One connection. Statements run in the order they are given and are sent without waiting for earlier answers.
 * It listens to the client's errors from the first moment: an error without a listener would end the process.
 */
export class Session {
  readonly client: pg.ClientBase;
  /** Settles when the connection is gone, with the reason unless it was ended by us. */
  readonly gone: Promise<Error | undefined>;
  #lost: Error | undefined;
  #spoilt = false;
  #copying: Promise<unknown> | undefined;

  constructor(client: pg.ClientBase) {
    this.client = client;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.gone = promise;
    client.on("error", (error) => {
      this.#lost ??= error;
      resolve(error);
    });
    client.on("end", () => resolve(this.#lost));
  }

  /** Why the connection is gone, as far as it has been noticed. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Whether another piece of work may use this connection. */
  get reusable(): boolean {
    return this.#lost === undefined && !this.#spoilt;
  }

  /**
   * @throws GraphError TENON1501 when the server refuses the statement, TENON1504 when the connection is lost,
   *   TENON1507 for an unusable statement name
   */
  async run(statement: string | Statement, values?: readonly unknown[]): Promise<Answer> {
    while (this.#copying !== undefined) await this.#copying;
    if (this.#lost !== undefined) throw connectionLost(this.#lost);
    try {
      const result = await this.client.query(configOf(statement, values));
      // Several statements in one text give several results; the last is the text's answer.
      const last: pg.QueryResult = Array.isArray(result) ? result.at(-1) : result;
      return { rows: last.rows, rowCount: last.rowCount ?? 0, command: last.command };
    } catch (error) {
      throw this.#translate(error, statement);
    }
  }

  /** As `run`, outside a transaction: the statement commits by itself, so losing the connection leaves its outcome open. */
  async runAlone(statement: string | Statement, values?: readonly unknown[]): Promise<Answer> {
    if (this.#lost !== undefined) throw connectionLost(this.#lost);
    try {
      return await this.run(statement, values);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      throw outcomeUnknown("a statement outside a transaction", error);
    }
  }

  /** Statements given meanwhile wait for the end of the copy. */
  async copyIn(statement: string, chunks: CopyChunks): Promise<number> {
    while (this.#copying !== undefined) await this.#copying;
    if (this.#lost !== undefined) throw connectionLost(this.#lost);
    const copy = new CopyIn(statement, chunks);
    this.#copying = copy.done.then(
      () => undefined,
      () => undefined,
    );
    try {
      this.client.query(copy);
      return await copy.done;
    } catch (error) {
      throw refusalOf(error) === undefined && this.#lost === undefined ? error : this.#translate(error, statement);
    } finally {
      this.#copying = undefined;
    }
  }

  /** The connection is not to be used for other work. */
  spoil(): void {
    this.#spoilt = true;
  }

  #translate(error: unknown, statement: string | Statement): Error {
    const refusal = refusalOf(error);
    if (refusal === undefined) {
      this.#spoilt = true;
      if (this.#lost !== undefined || isGone(error)) return connectionLost(this.#lost ?? error);
      // A value that cannot be written, such as a circular object: `pg` throws before anything is sent.
      return badOption(`a value of ${quoteStatement(statement)} cannot be sent`, {
        detail: error instanceof Error ? error.message : String(error),
        hint: "send text, numbers, bigints, booleans, bytes, plain objects for json, or arrays of them",
      });
    }
    if (endsSession(refusal.code)) {
      this.#spoilt = true;
      return connectionLost(error);
    }
    if (spoilsStatements(refusal)) this.#spoilt = true;
    return statementRefused(statement, error);
  }
}

/** What `pg` says about a connection that is no longer usable, and what sockets say. */
function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "syscall" in error || /^Connection terminated|not queryable$/.test(error.message);
}

function configOf(statement: string | Statement, values: readonly unknown[] | undefined): pg.QueryConfig {
  if (typeof statement === "string")
    return { text: statement, ...(values !== undefined && { values: values as unknown[] }) };
  requireStatement(statement);
  const { name, text, texts } = statement;
  const config = { name, text, values: (values ?? []) as unknown[] };
  return texts === true ? ({ ...config, rowMode: "array", types: textTypes } as pg.QueryConfig) : config;
}

/** @throws GraphError TENON1507 for an unusable name */
export function requireStatement({ name }: Statement): void {
  const bytes = Buffer.byteLength(name);
  if (bytes >= 1 && bytes <= STATEMENT_NAME_BYTES_MAX) return;
  throw badOption(`"${name}" is no name for a prepared statement`, {
    detail: `expected 1 to ${STATEMENT_NAME_BYTES_MAX} bytes, found ${bytes}`,
    hint: "name the statement shortly, or send its text alone",
  });
}
