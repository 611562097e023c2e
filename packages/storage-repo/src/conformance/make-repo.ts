import type { ChangeBatch } from "../api/change.ts";
import type { ChangeFeed, CursorStore } from "../api/change-feed.ts";
import type { Repo } from "../api/repo.ts";

/** A repository under test, over the sample entities, empty. */
export interface RepoUnderTest<Joined> {
  readonly repo: Repo<Joined>;
  /** A transaction of the caller, as the binding's hosts open it. */
  readonly transaction: <Result>(
    work: (tx: Joined) => Promise<Result>,
    options?: { readonly isolation?: "readCommitted" | "repeatableRead" | "serializable" },
  ) => Promise<Result>;
  readonly feed: ChangeFeed;
  readonly cursors: CursorStore<Joined>;
  readonly close: () => Promise<void>;
}

export type MakeRepo<Joined> = () => Promise<RepoUnderTest<Joined>>;

/** Most batches that a test of the contract makes. */
const BATCHES_MAX = 100_000;
const WAIT_MS = 2_000;
/** Pulls that may bring nothing, because only the cursor moved, before a feed counts as read out. */
export const QUIET_PULLS = 3;

/** Every batch from the beginning, once as many are there as the caller knows of. */
export async function readAll(feed: ChangeFeed, atLeast: number): Promise<readonly ChangeBatch[]> {
  const reader = await feed.open({ consumer: "contract", from: "oldest" });
  try {
    const batches: ChangeBatch[] = [];
    for (let quiet = 0; batches.length < atLeast && quiet < QUIET_PULLS; ) {
      const pulled = await reader.pull({ batchesMax: BATCHES_MAX, waitMs: WAIT_MS });
      quiet = pulled.batches.length === 0 ? quiet + 1 : 0;
      batches.push(...pulled.batches);
    }
    return batches;
  } finally {
    await reader.close();
  }
}
