import type { Transaction } from "@tenon/postgres";
import type { EntityWrites, GroupWrite, Key, PresenceWrite, Repo, WriteSet } from "@tenon/storage-repo/api";
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

/** One write set of several: of two writes of a group of a row the newer one, as the repository would keep it. */
export function mergedWrites(writeSets: readonly WriteSet[]): WriteSet {
  const entities = Map.groupBy(writeSets.flatMap(Object.entries), ([name]: [string, EntityWrites]) => name);
  return Object.fromEntries(
    [...entities].map(([name, named]) => {
      const all = named.map(([, writes]) => writes as EntityWrites);
      const groups = Map.groupBy(
        all.flatMap((writes) => Object.entries(writes.groups ?? {})),
        ([group]) => group,
      );
      const presence = newest([
        ...all.flatMap(({ deletes = [] }) => deletes.map((write) => ({ ...write, gone: true }))),
        ...all.flatMap(({ restores = [] }) => restores.map((write) => ({ ...write, gone: false }))),
      ]);
      const present = (gone: boolean): readonly PresenceWrite[] =>
        presence.filter((each) => each.gone === gone).map(({ key, version }) => ({ key, version }));
      const written = [...groups].map(
        ([group, writes]) => [group, newest(writes.flatMap(([, each]) => each as readonly GroupWrite[]))] as const,
      );
      return [name, { groups: Object.fromEntries(written), deletes: present(true), restores: present(false) }];
    }),
  );
}

function newest<Write extends { readonly key: Key; readonly version: bigint }>(
  writes: readonly Write[],
): readonly Write[] {
  const byKey = new Map<Key, Write>();
  for (const write of writes) {
    const known = byKey.get(write.key);
    if (known === undefined || known.version < write.version) byKey.set(write.key, write);
  }
  return [...byKey.values()];
}
