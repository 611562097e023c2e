import type { Database, Transaction } from "@tenon/postgres";

/** A transaction that the test ends by hand. */
export interface OpenByHand {
  readonly tx: Transaction;
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
  const tx = await open;
  return {
    tx,
    commit: () => {
      end(true);
      return done;
    },
    rollBack: async () => {
      end(false);
      await done.catch(() => undefined);
    },
  };
}
