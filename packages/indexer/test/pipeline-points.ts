/** Where a process of the pipeline can be told to end, and what it can be told to do wrong. */

/**
 * `pass`: the how-manieth time counts. Commits are those of the process's own transactions, steps those of workflows; `whileAssembling`
 * is when a base build has begun to write the files of a base.
 */
export interface KillPoint {
  readonly at: "beforeCommit" | "afterCommit" | "beforeAppend" | "afterAppend" | "afterStep" | "whileAssembling";
  /** Of an append. */
  readonly topic?: string;
  readonly pass: number;
}

/**
 * A process that says too early that something is stored, and then dies (`unstoredAppend`: the log never gets it), or that stores
 * where it has read to without what it made of it (`unwrittenRows`: the write set of every second batch).
 */
export type Plant = { readonly kind: "unstoredAppend"; readonly topic: string } | { readonly kind: "unwrittenRows" };

export interface ProcessSettings {
  readonly owner: string;
  readonly roles: readonly ("gateway" | "updater" | "argus" | "batch")[];
  readonly databaseUrl: string;
  readonly adsDatabaseUrl: string;
  readonly kafkaBrokers: readonly string[];
  readonly objectStoreUrl: string;
  readonly workFolder: string;
  readonly slot: string;
  readonly adsPerPart: number;
  readonly kill?: KillPoint;
  readonly plant?: Plant;
}
