import type { EntityWrites, GroupWrite, Key, PresenceWrite, WriteSet } from "@tenon/storage-repo/api";

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
