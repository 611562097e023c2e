/**
 * One transaction over a session, and its bounded repetition.
 *
 * T1 The work's result is returned only after the server answered the commit with the tag `COMMIT`.
 * T2 A transaction is repeated only when the server asks for it, so nothing of the attempt before took effect.
 * T3 What is run at the commit is sent before it and without waiting: refused, it turns the commit into a rollback, whose tag
 *    is not `COMMIT`.
 * T4 A session that did not confirm the end of its transaction is not used again.
 * T5 Reading at one snapshot waits neither for the answer to its beginning nor for that to its end: what was found cannot change by
 *    then. Its session is used again after T4.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { CopyChunks } from "./copy-in.ts";
import type { Isolation, PlainValue, Statement, Transaction, TransactionOptions } from "./database.ts";
import { attemptsUsedUp, badOption, connectionLost, failureSwallowed, misuse, outcomeUnknown } from "./errors.ts";
import { requireStatement, type Session } from "./session.ts";
import { asksForRetry, leavesCommitOpen, sqlStateOf } from "./sql-state.ts";

/** A caller that wants more has a design to change, not a number. */
const ATTEMPTS_MAX = 100;
const BACK_OFF_FIRST_MS = 5;
const BACK_OFF_MS_MAX = 200;

/** What the server says to statements that were sent behind one that it refused. */
const FAILED_BEFORE = "25P02";

const LEVELS: Readonly<Record<Isolation, string>> = {
  readCommitted: "read committed",
  repeatableRead: "repeatable read",
  serializable: "serializable",
};

/** Lends a session for one attempt. */
export type WithSession = <Result>(use: (session: Session) => Promise<Result>) => Promise<Result>;

/** Runs work in a transaction, as `Database.transaction` says. */
export async function runTransaction<Result>(
  withSession: WithSession,
  work: (tx: Transaction) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const { attemptsMax = 1, backOff = backOffRandomly, onRetry } = options;
  if (!Number.isInteger(attemptsMax) || attemptsMax < 1 || attemptsMax > ATTEMPTS_MAX) {
    throw badOption("attemptsMax is out of range", {
      detail: `expected a whole number from 1 to ${ATTEMPTS_MAX}, found ${attemptsMax}`,
      hint: "10 attempts are plenty for work that meets others now and then",
    });
  }
  for (let attempt = 1; ; attempt++) {
    const outcome = await (isReading(options)
      ? readOnce(withSession, work, options)
      : withSession((session) => attemptOnce(session, work, options)));
    if (!("again" in outcome)) return outcome.result;
    if (attempt >= attemptsMax) throw attemptsUsedUp(attempt, outcome.again);
    onRetry?.(attempt, sqlStateOf(outcome.again) ?? "");
    await backOff(attempt);
  }
}

/** Full jitter: random up to a bound that doubles, so that two that met do not meet again. */
function backOffRandomly(attempt: number): Promise<void> {
  return wait(Math.random() * Math.min(BACK_OFF_MS_MAX, BACK_OFF_FIRST_MS * 2 ** (attempt - 1)));
}

/** A serializable one may be refused at its commit even when it only reads. */
function isReading({ isolation = "readCommitted", readOnly = false }: TransactionOptions): boolean {
  return readOnly && isolation === "repeatableRead";
}

type Outcome<Result> = { readonly result: Result } | { readonly again: unknown };

async function attemptOnce<Result>(
  session: Session,
  work: (tx: Transaction) => Promise<Result>,
  { isolation = "readCommitted", readOnly = false }: TransactionOptions,
): Promise<Outcome<Result>> {
  await session.run(`begin isolation level ${LEVELS[isolation]}${readOnly ? " read only" : ""}`);
  const tx = new OpenTransaction(session, isolation);
  let result: Result;
  try {
    result = await work(tx);
  } catch (error) {
    tx.settle();
    await rollBack(session);
    // The work may have wrapped the refusal in an error of its own: what the server said last counts.
    if (asksForRetry(sqlStateOf(tx.failure))) return { again: tx.failure };
    throw error;
  }
  tx.settle();
  if (session.lost !== undefined) throw connectionLost(session.lost);
  const last = tx.sendLast();
  let command: string;
  try {
    ({ command } = await session.run("commit"));
  } catch (error) {
    const sqlState = sqlStateOf(error);
    if (asksForRetry(sqlState)) return { again: error };
    if (sqlState !== undefined && !leavesCommitOpen(sqlState)) throw error;
    session.spoil();
    throw outcomeUnknown("a commit", error);
  }
  const refused = await last;
  if (command === "COMMIT" && refused === undefined) return { result };
  if (asksForRetry(sqlStateOf(tx.failure))) return { again: tx.failure };
  // Committed without it: the statement never went out.
  if (command === "COMMIT") throw outcomeUnknown("a commit", refused?.error);
  if (refused !== undefined) throw refused.error;
  throw failureSwallowed(tx.failure);
}

/** T5 */
function readOnce<Result>(
  withSession: WithSession,
  work: (tx: Transaction) => Promise<Result>,
  { isolation = "repeatableRead" }: TransactionOptions,
): Promise<Outcome<Result>> {
  return new Promise((resolve, reject) => {
    const reading = withSession(async (session) => {
      // Behind a beginning that is refused a statement runs by itself: what only reads harms nobody, and is thrown away.
      const began = session.run(`begin isolation level ${LEVELS[isolation]} read only`);
      const tx = new OpenTransaction(session, isolation);
      const working = (async () => {
        const result = await work(tx);
        const refused = await tx.sendLast();
        if (refused !== undefined) throw refused.error;
        if (tx.failure !== undefined) throw failureSwallowed(tx.failure);
        return result;
      })();
      const [beginning, outcome] = await Promise.allSettled([began, working]);
      tx.settle();
      if (beginning.status === "fulfilled" && outcome.status === "fulfilled" && session.lost === undefined)
        resolve({ result: outcome.value });
      await rollBack(session);
      if (beginning.status === "rejected") throw beginning.reason;
      if (session.lost !== undefined) throw connectionLost(session.lost);
      if (outcome.status === "fulfilled") return;
      if (!asksForRetry(sqlStateOf(tx.failure))) throw outcome.reason;
      resolve({ again: tx.failure });
    });
    reading.catch(reject);
  });
}

async function rollBack(session: Session): Promise<void> {
  try {
    await session.run("rollback");
  } catch {
    session.spoil();
  }
}

class OpenTransaction implements Transaction {
  readonly isolation: Isolation;
  readonly #session: Session;
  #settled = false;
  readonly #last: { readonly statement: Statement; readonly values: readonly PlainValue[] }[] = [];
  /** The last failure of a statement that says more than that one before it has failed. */
  failure: unknown;

  constructor(session: Session, isolation: Isolation) {
    this.#session = session;
    this.isolation = isolation;
  }

  async query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#guard(() => this.#session.run(statement, values))).rows as readonly Row[];
  }

  async execute(statement: string | Statement, values?: readonly unknown[]): Promise<number> {
    return (await this.#guard(() => this.#session.run(statement, values))).rowCount;
  }

  atCommit(statement: Statement, values: readonly PlainValue[]): void {
    this.#requireOpen();
    requireStatement(statement);
    this.#last.push({ statement, values });
  }

  /** Sends what runs at the commit. Resolves with the first refusal, when the server has answered all. */
  async sendLast(): Promise<{ readonly error: unknown } | undefined> {
    const sent = this.#last.map(({ statement, values }) => this.#session.run(statement, values));
    const outcomes = await Promise.allSettled(sent);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    if (refused === undefined) return undefined;
    this.failure = refused.reason;
    return { error: refused.reason };
  }

  copyIn(statement: string, chunks: CopyChunks): Promise<number> {
    return this.#guard(() => this.#session.copyIn(statement, chunks));
  }

  settle(): void {
    this.#settled = true;
  }

  #requireOpen(): void {
    if (!this.#settled) return;
    throw misuse("a transaction was used after its end", "await every statement inside the work of the transaction");
  }

  async #guard<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#requireOpen();
    try {
      return await run();
    } catch (error) {
      if (this.failure === undefined || sqlStateOf(error) !== FAILED_BEFORE) this.failure = error;
      throw error;
    }
  }
}
