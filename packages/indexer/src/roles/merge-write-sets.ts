/** One write set of many: a batch of updates is one transaction, and a transaction has one. */
import type { EntityWrites, GroupWrite, PresenceWrite, WriteSet } from "@tenon/storage-repo/api";

interface OpenWrites {
  readonly groups: Map<string, Map<unknown, GroupWrite>>;
  readonly deletes: Map<unknown, PresenceWrite>;
  readonly restores: Map<unknown, PresenceWrite>;
}

/** The newest write of each group and key stays: the repository would drop the others, since versions decide. */
export function mergeWriteSets(writeSets: readonly WriteSet[]): WriteSet {
  const merged = new Map<string, OpenWrites>();
  for (const writeSet of writeSets) {
    for (const [entity, writes] of Object.entries(writeSet)) {
      const open = merged.get(entity) ?? { groups: new Map(), deletes: new Map(), restores: new Map() };
      merged.set(entity, open);
      for (const [group, written = []] of Object.entries(writes.groups ?? {})) {
        const byKey = open.groups.get(group) ?? new Map<unknown, GroupWrite>();
        open.groups.set(group, byKey);
        keepNewest(byKey, written);
      }
      keepNewest(open.deletes, writes.deletes ?? []);
      keepNewest(open.restores, writes.restores ?? []);
    }
  }
  return Object.fromEntries([...merged].map(([entity, open]) => [entity, closed(open)]));
}

function keepNewest<Write extends PresenceWrite>(into: Map<unknown, Write>, writes: readonly Write[]): void {
  for (const write of writes) {
    const known = into.get(write.key);
    if (known === undefined || known.version < write.version) into.set(write.key, write);
  }
}

function closed({ groups, deletes, restores }: OpenWrites): EntityWrites {
  return {
    groups: Object.fromEntries([...groups].map(([group, writes]) => [group, [...writes.values()]])),
    deletes: [...deletes.values()],
    restores: [...restores.values()],
  };
}
