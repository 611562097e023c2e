/** Snapshots of tables in an object store: files by their content, and a manifest for each snapshot. */
import type { ObjectStore } from "@tenon/ad-index/publish";
import { z } from "zod";
import { indexerError } from "../indexer-error.ts";

const SNAPSHOTS = "history/snapshots/";
const OBJECTS = "history/objects/";

const TableSnapshotSchema = z.strictObject({
  entity: z.string(),
  rows: z.int().min(0),
  /** Key of its Parquet file in the store. */
  object: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().length(64),
  columns: z.array(z.string()),
  /** Everything up to this change batch is in it. */
  watermark: z.string(),
});
export type TableSnapshot = z.infer<typeof TableSnapshotSchema>;

const SnapshotSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  takenAtMs: z.int().min(0),
  /** Each at one moment; those of a run that was killed are of several. */
  tables: z.array(TableSnapshotSchema),
});
export type Snapshot = z.infer<typeof SnapshotSchema>;

/** Where a file of this content lies: equal tables are one object, and a run that was killed uploads nothing twice. */
export function objectKey(sha256: string): string {
  return `${OBJECTS}${sha256}.parquet`;
}

/** After its files: a snapshot that can be seen is whole. */
export async function putSnapshot(store: ObjectStore, snapshot: Snapshot): Promise<void> {
  const text = `${JSON.stringify(snapshot, undefined, 2)}\n`;
  await store.putIfAbsent(`${SNAPSHOTS}${snapshot.name}.json`, new TextEncoder().encode(text));
}

/** Oldest first. @throws GraphError TENON1659 for one that cannot be read */
export async function listSnapshots(store: ObjectStore): Promise<readonly Snapshot[]> {
  const snapshots: Snapshot[] = [];
  for (const { key } of await store.list(SNAPSHOTS)) snapshots.push(await readSnapshot(store, key));
  return snapshots.toSorted((one, other) => one.takenAtMs - other.takenAtMs || (one.name < other.name ? -1 : 1));
}

async function readSnapshot(store: ObjectStore, key: string): Promise<Snapshot> {
  const object = await store.get(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of object?.chunks ?? []) chunks.push(chunk);
  try {
    return SnapshotSchema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch (cause) {
    throw indexerError("brokenSnapshot", `snapshot "${key}" of ${store.name} cannot be read`, {
      detail: (cause as Error).message,
      hint: "nothing was deleted: restore the manifest, or delete it, and its files go with the next snapshot",
      cause,
    });
  }
}

/**
 * Deletes all but the newest snapshots, and files that none of them names. Manifests go first, so that none is seen without its files.
 * One process at a time: a file that is being uploaded has no manifest yet.
 */
export async function keepNewest(
  store: ObjectStore,
  snapshotsKept: number,
): Promise<{ readonly snapshots: number; readonly objects: number }> {
  const all = await listSnapshots(store);
  const [old, kept] = [all.slice(0, -snapshotsKept), all.slice(-snapshotsKept)];
  for (const { name } of old) await store.delete(`${SNAPSHOTS}${name}.json`);
  const needed = new Set(kept.flatMap(({ tables }) => tables.map(({ object }) => object)));
  const unneeded = (await store.list(OBJECTS)).filter(({ key }) => !needed.has(key));
  for (const { key } of unneeded) await store.delete(key);
  return { snapshots: old.length, objects: unneeded.length };
}
