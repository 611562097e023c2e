import type { Database, PlainValue, Statement, Transaction } from "@tenon/postgres";

/** A transaction that the test ends by hand. */
export interface OpenByHand {
  readonly tx: Transaction;
  /** Runs what waits for the commit, as a commit does just before it ends: the change batch has its number then. */
  number(): Promise<void>;
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

export async function begin(database: Database): Promise<OpenByHand> {
  let end: (commit: boolean) => void = () => undefined;
  const decided = new Promise<boolean>((resolve) => {
    end = resolve;
  });
  let opened: (tx: Transaction) => void = () => undefined;
  const open = new Promise<Transaction>((resolve) => {
    opened = resolve;
  });
  const done = database.transaction(async (tx) => {
    opened(tx);
    if (!(await decided)) throw new Error("rolled back by hand");
  });
  done.catch(() => undefined);
  const real = await open;
  const waiting: (readonly [Statement, readonly PlainValue[]])[] = [];
  const number = async () => {
    for (const [statement, values] of waiting.splice(0)) await real.execute(statement, values);
  };
  const tx: Transaction = {
    isolation: real.isolation,
    query: (statement, values) => real.query(statement, values),
    execute: (statement, values) => real.execute(statement, values),
    copyIn: (statement, chunks) => real.copyIn(statement, chunks),
    atCommit: (statement, values) => void waiting.push([statement, values]),
  };
  return {
    tx,
    number,
    commit: async () => {
      await number();
      end(true);
      return done;
    },
    rollBack: async () => {
      end(false);
      await done.catch(() => undefined);
    },
  };
}
