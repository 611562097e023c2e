import type { Transaction } from "@tenon/postgres";
import type { Repo, WriteSet } from "@tenon/storage-repo/api";
import { mergedWrites } from "../merged-writes.ts";
import type { WriteSetWriter } from "./postgres-task-store.ts";

/**
 * Writes the write sets of a batch to a repository, in the batch's transaction and in the task's lane: what a low task writes
 * wakes nobody ahead of urgent changes, whatever class its groups have.
 *
 * @throws GraphError TENON1521 when a batch writes more rows than a write set may hold: bound the batch of its lane
 * @example new PostgresTaskStore({ database, write: repoWriter(repo) })
 */
export function repoWriter(repo: Pick<Repo<Transaction>, "write">): WriteSetWriter {
  return async (tx, writeSets, lane) => {
    await repo.write(tx, mergedWrites(writeSets as readonly WriteSet[]), { lane });
  };
}
