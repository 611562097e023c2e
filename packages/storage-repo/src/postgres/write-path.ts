import type { Transaction } from "@tenon/postgres";
import { groupChange, presenceChange } from "../api/applied-write.ts";
import type { RowChange } from "../api/change.ts";
import { CollectedResult } from "../api/collected-result.ts";
import type { Key } from "../api/entity.ts";
import type { PlannedWrites } from "../api/planned-writes.ts";
import type { WriteResult } from "../api/repo.ts";
import type { Dialect } from "./dialect.ts";

/** Writes planned writes and says what became of each. */
export async function applyWrites(
  tx: Transaction,
  dialect: Dialect,
  planned: readonly PlannedWrites[],
): Promise<WriteResult> {
  const collected = new CollectedResult();
  // Sent in order without waiting for answers: the server works on one after the other.
  const written = await Promise.all(planned.map((each) => changesOf(tx, dialect, each)));
  for (const [index, each] of planned.entries()) {
    const changes = written[index] ?? [];
    for (const change of changes) collected.applied(change);
    if (changes.length < each.writes.length) await collectDropped(tx, dialect, { planned: each, changes, collected });
  }
  return collected.result();
}

async function changesOf(tx: Transaction, dialect: Dialect, planned: PlannedWrites): Promise<readonly RowChange[]> {
  if (planned.kind === "group") {
    const applied = await dialect.upsertGroup(tx, planned);
    return applied.map((each) => groupChange(planned.entity, planned.group, each));
  }
  const applied = await dialect.writePresence(tx, planned);
  return applied.map((each) => presenceChange(planned.entity, each));
}

async function collectDropped(
  tx: Transaction,
  dialect: Dialect,
  facts: {
    readonly planned: PlannedWrites;
    readonly changes: readonly RowChange[];
    readonly collected: CollectedResult;
  },
): Promise<void> {
  const { planned, changes, collected } = facts;
  const applied = new Set<Key>(changes.map((change) => change.key));
  const writes = planned.writes.filter((write) => !applied.has(write.key));
  const dropped = await dialect.explainDropped(tx, { ...planned, writes } as PlannedWrites);
  const group = planned.kind === "group" ? planned.group.name : "presence";
  for (const { key, version, outcome } of dropped) {
    if (outcome === "conflict") collected.conflict({ entity: planned.entity.name, group, key, version });
    else collected[outcome]();
  }
}
