/** What must hold of any feed, with no model of what was written. Each answers with every breach, as text. */
import type { ChangeBatch, RowChange } from "../api/change.ts";

/** O1: per row and group, each change starts at the version where the one before ended. Finds loss, repetition and reorder. */
export function chainBreaks(batches: readonly ChangeBatch[]): readonly string[] {
  const at = new Map<string, bigint>();
  const breaks: string[] = [];
  for (const { seq, changes } of batches) {
    for (const change of changes) {
      const chain = `${change.entity}/${change.key}/${change.group}`;
      const before = at.get(chain) ?? 0n;
      if (change.oldVersion !== before) {
        breaks.push(`${chain} in batch ${seq}: ${change.oldVersion} → ${change.newVersion} after ${before}`);
      }
      at.set(chain, change.newVersion);
    }
  }
  return breaks;
}

/** O2: every acknowledged commit once, those of unknown outcome at most once, nothing else. Commits are named by a version. */
export function ledgerBreaks(
  batches: readonly ChangeBatch[],
  ledger: { readonly acknowledged: Iterable<bigint>; readonly unknown?: Iterable<bigint> },
): readonly string[] {
  const times = new Map<bigint, number>();
  for (const batch of batches) {
    for (const version of new Set(batch.changes.map((change) => change.newVersion))) {
      times.set(version, (times.get(version) ?? 0) + 1);
    }
  }
  const breaks: string[] = [];
  const unknown = new Set(ledger.unknown ?? []);
  const acknowledged = new Set(ledger.acknowledged);
  for (const version of acknowledged) {
    const seen = times.get(version) ?? 0;
    if (seen !== 1) breaks.push(`commit ${version} was acknowledged and delivered ${seen} times`);
  }
  for (const [version, seen] of times) {
    if (acknowledged.has(version)) continue;
    if (!unknown.has(version)) breaks.push(`batch of version ${version}, which nobody committed`);
    else if (seen > 1) breaks.push(`commit ${version} of unknown outcome was delivered ${seen} times`);
  }
  return breaks;
}

/** O3: the newest version of each row's group that the feed tells is the one that is stored. */
export function finalVersions(batches: readonly ChangeBatch[]): ReadonlyMap<string, bigint> {
  const newest = new Map<string, bigint>();
  for (const { changes } of batches) {
    for (const change of changes) newest.set(`${change.entity}/${change.key}/${change.group}`, change.newVersion);
  }
  return newest;
}

/** O5: two readers delivered the same batches, and the same order of changes per row and group. */
export function feedDifferences(left: readonly ChangeBatch[], right: readonly ChangeBatch[]): readonly string[] {
  const differences: string[] = [];
  const [one, other] = [bySeq(left), bySeq(right)];
  for (const [seq, text] of one) if (other.get(seq) !== text) differences.push(`batch ${seq} differs or is missing`);
  for (const seq of other.keys()) if (!one.has(seq)) differences.push(`batch ${seq} is only in the second`);
  const [orders, otherOrders] = [ordersOf(left), ordersOf(right)];
  for (const [chain, order] of orders) if (otherOrders.get(chain) !== order) differences.push(`order of ${chain}`);
  return differences;
}

function bySeq(batches: readonly ChangeBatch[]): ReadonlyMap<bigint, string> {
  return new Map(batches.map((batch) => [batch.seq, JSON.stringify(batch.changes, plainBigint)]));
}

function ordersOf(batches: readonly ChangeBatch[]): ReadonlyMap<string, string> {
  const orders = new Map<string, string>();
  const note = (change: RowChange) => {
    const chain = `${change.entity}/${change.key}/${change.group}`;
    orders.set(chain, `${orders.get(chain) ?? ""} ${change.newVersion}`);
  };
  for (const batch of batches) batch.changes.forEach(note);
  return orders;
}

function plainBigint(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
