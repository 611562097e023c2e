/**
 * The rows that recorded runs of handlers were given, as the changes that brought them: what the repository held, piece by piece,
 * without a repository.
 *
 * A run keeps the rows it read with the version of each group. A group of a higher version than before is a change; groups that
 * handlers produce are left out, because they are made anew. Columns that no handler reads are not known, and null.
 */
import type { RecordedEntry } from "@tenon/dev-run";
import { decodeValue, readKey } from "@tenon/graph-core/internal";
import type { LandingPage, LandingPages } from "@tenon/nodes";
import type { AnyEntity, EntityColumn, EntityGroup, Key, RepoRow } from "@tenon/storage-repo/api";
import type { Handler, HandlerInput } from "@tenon/stream-runtime";

/** Rows that one recorded change brought, in the order in which it was recorded. */
export interface RecordedChange {
  /** What kind of change: the stratum of its runs without the graph and the number, `bid`, `load`. */
  readonly kind: string;
  readonly writes: readonly RecordedWrite[];
}

export interface RecordedWrite {
  readonly entity: AnyEntity;
  readonly group: EntityGroup;
  readonly key: Key;
  readonly version: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** @param entries runs of handlers, in the order of their corpus; those of other graphs are passed over */
export function recordedChanges(
  entries: Iterable<RecordedEntry>,
  handlers: readonly Handler[],
): readonly RecordedChange[] {
  const produced = new Set(
    handlers.flatMap(({ produces }) =>
      produces.flatMap(({ entity, groups }) => groups.map((group) => `${entity.name}.${group}`)),
    ),
  );
  const held = new Map<string, RecordedWrite>();
  const changes: { readonly name: string; readonly kind: string; readonly writes: Map<string, RecordedWrite> }[] = [];
  for (const { recording, stratum } of entries) {
    const handler = handlers.find(({ graph }) => graph.name === recording.graph);
    if (handler === undefined) continue;
    const name = stratum.slice(stratum.indexOf(" ") + 1);
    let change = changes.at(-1);
    if (change?.name !== name) {
      change = { name, kind: name.replace(/-\d+$/, ""), writes: new Map() };
      changes.push(change);
    }
    const request = decodeValue(recording.request) as Readonly<Record<string, unknown>>;
    for (const write of handler.inputs.flatMap((input) => groupsIn(input, request[input.slot.name]))) {
      const id = `${write.entity.name}.${write.group.name}/${String(write.key)}`;
      const known = held.get(id);
      if (produced.has(`${write.entity.name}.${write.group.name}`) || write.version < (known?.version ?? 1n)) continue;
      // Each handler reads a part of the group: what one read, another one may not have.
      const whole = { ...write, columns: { ...known?.columns, ...write.columns } };
      held.set(id, whole);
      if (known?.version !== write.version || change.writes.has(id)) change.writes.set(id, whole);
    }
  }
  return changes.map(({ kind, writes }) => ({ kind, writes: [...writes.values()] }));
}

function groupsIn({ read }: HandlerInput, value: unknown): readonly RecordedWrite[] {
  if (value === null || value === undefined) return [];
  const rows = (Array.isArray(value) ? value : [value]) as readonly RepoRow[];
  const { entity, columns: all } = read as { readonly entity: AnyEntity; readonly columns: readonly EntityColumn[] };
  return rows.flatMap(({ key, versions, columns }) =>
    [...Map.groupBy(all, (column) => column.group)].flatMap(([name, ofGroup]) => {
      const group = entity.groups.find((each) => each.name === name);
      if (group === undefined) return [];
      const values = Object.fromEntries(ofGroup.map((column) => [column.name, columns[column.name] ?? null]));
      return [{ entity, group, key, version: versions[name] ?? 0n, columns: values }];
    }),
  );
}

/** Pages as they were found when the runs were recorded; others answer like a service that is out of order. */
export function recordedPages(entries: Iterable<RecordedEntry>): LandingPages {
  const found = new Map<string, LandingPage>();
  for (const { recording } of entries) {
    for (const { resource, method, argumentDigest, result } of recording.reads) {
      if (resource === "landingPages" && method === "check" && result instanceof Uint8Array)
        found.set(argumentDigest, decodeValue(result) as LandingPage);
    }
  }
  return {
    check: async (url) => {
      const page = found.get(readKey("landingPages", "check", [url]).argumentDigest);
      if (page === undefined) throw new Error("no recorded run looked at this address");
      return page;
    },
  };
}
