import type { Repo } from "@tenon/storage-repo/api";
import { CONFLICTS_MAX } from "./batch-run.ts";
import { LostClaims, requireHeld } from "./lost-claims.ts";
import type { PreparedHandler } from "./prepared-handler.ts";
import type { RunFailures, RunOutcome } from "./run-failures.ts";
import type { ClaimedWork, WorkStore } from "./work-store.ts";

export interface WaitingRunOptions<Joined> {
  readonly repo: Pick<Repo<Joined>, "readWithin" | "write">;
  readonly store: WorkStore<Joined>;
  readonly failures: RunFailures;
}

/**
 * A run of an async graph. It may wait for a service, and no transaction waits with it: one reads at a snapshot, the graph runs,
 * another one commits. What changed in between leaves the item there (W1), and a claim that has ended commits nothing (W2), so a
 * guard by the versions of the inputs would add nothing but runs that never end while something changes.
 */
export async function waitingRun<Joined>(
  prepared: PreparedHandler,
  item: ClaimedWork,
  { repo, store, failures }: WaitingRunOptions<Joined>,
): Promise<RunOutcome> {
  if (prepared.isUnsettled(item)) return failures.unsettled(item, prepared);
  const attemptsMax = CONFLICTS_MAX;
  try {
    const inputs = await store.transaction((tx) => prepared.load([item], repo.readWithin(tx, prepared.reads)), {
      ...{ isolation: "repeatableRead", readOnly: true, attemptsMax },
    });
    const { writes, messages } = await prepared.derive(item, inputs);
    return await store.transaction(
      async (tx) => {
        const { changes } = await repo.write(tx, writes);
        if (prepared.isInCircle && changes.length > 0)
          await store.sign(tx, { ...prepared.originOf(item), handedOn: [] });
        if (messages.length > 0) await store.sinks.add(tx, messages);
        const outcomes = await store.finish(tx, [item]);
        requireHeld([item], outcomes);
        return outcomes[0] ?? "lost";
      },
      { isolation: "readCommitted", attemptsMax },
    );
  } catch (error) {
    return error instanceof LostClaims ? "lost" : failures.failed(item, error);
  }
}
