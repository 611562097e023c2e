/** What handlers would write now, against what is stored: both at one snapshot, each handler by itself. */
import { createHash } from "node:crypto";
import { bind } from "@tenon/graph-core";
import { AdDocumentRow, LandingPagesResource } from "@tenon/nodes";
import type { Transaction } from "@tenon/postgres";
import { type PostgresRepo, tombstonesOf } from "@tenon/storage-repo";
import { type AnyRead, type EntityColumn, type Key, type RepoRow, read, type Snapshot } from "@tenon/storage-repo/api";
import { type DerivedKey, type Handler, type PostgresWorkStore, RowDeriver } from "@tenon/stream-runtime";
import { isHeldTime } from "../compare/held-times.ts";
import { columnText, sameColumn } from "./same-column.ts";

/**
 * `parked`: its last run failed for good, and its item was put aside. `failed`: it fails now, and would be put aside.
 * `missing`: never written. `differs`: something else is stored.
 */
export type DocumentDifference = "missing" | "differs" | "failed" | "parked";

export interface UnsyncedGroup {
  readonly handler: Handler;
  readonly key: number;
  readonly kind: DocumentDifference;
  /** `entity.group`. */
  readonly group: string | null;
  /** The first one that differs. */
  readonly column: string | null;
  readonly reason: string | null;
  /** Equal when two derivations came to the same. */
  readonly digest: string;
  /** A work item waits, or is worked on. */
  readonly waits: boolean;
}

/**
 * What an outside service is asked for: it says another thing each time, and a comparison asks nobody. Only whether something is
 * there is compared; a refresh asks again.
 */
const PULLED: ReadonlySet<string> = new Set(["ad_document.landing"]);
const NOBODY_ASKED = {
  check: async () => ({ state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null }) as const,
};
const RESOURCES = { landingPages: bind(LandingPagesResource, { value: NOBODY_ASKED }) };

interface Looked {
  readonly handler: Handler;
  readonly deriver: RowDeriver;
  /** Every column that it writes, by `entity`. */
  readonly stored: readonly AnyRead[];
}

export class DocumentLook {
  /** What a snapshot must be opened with. */
  readonly reads: readonly AnyRead[];
  readonly #looked: readonly Looked[];
  readonly #work: PostgresWorkStore;

  constructor(handlers: readonly Handler[], work: PostgresWorkStore) {
    this.#work = work;
    // One deriver each: what others are to blame for is read as it is stored, so a mistake is told once, by its owner.
    this.#looked = handlers.map((handler) => ({
      handler,
      deriver: new RowDeriver({ handlers: [handler], resources: RESOURCES }),
      stored: handler.produces.map(({ entity, groups }) =>
        read(entity, entity.columns.filter(({ group }: EntityColumn) => groups.includes(group)).map(nameOf) as never),
      ),
    }));
    this.reads = [...new Set(this.#looked.flatMap(({ deriver, stored }) => [...deriver.reads, ...stored]))];
  }

  /** In the order of handlers, then of keys. In a transaction of one snapshot. */
  async at(tx: Transaction, repo: PostgresRepo, keys: readonly number[]): Promise<readonly UnsyncedGroup[]> {
    const snapshot = repo.readWithin(tx, this.reads);
    const handlers = this.#looked.map(({ handler }) => handler.name);
    const items = await this.#work.open(tx, { handlers, keys });
    const itemOf = new Map(items.map((item) => [`${item.handler}/${item.key}`, item]));
    const found: UnsyncedGroup[] = [];
    for (const looked of this.#looked) {
      for (const unsynced of await this.#lookAt(looked, snapshot, keys)) {
        const item = itemOf.get(`${looked.handler.name}/${unsynced.key}`);
        const parked = item !== undefined && !item.waits;
        found.push({
          ...unsynced,
          waits: item?.waits ?? false,
          ...(parked && { kind: "parked" as const, reason: item.reason ?? unsynced.reason }),
        });
      }
    }
    return withoutFollowers(await this.#withoutCollected(tx, found));
  }

  async #lookAt({ handler, deriver, stored: reads }: Looked, snapshot: Snapshot, keys: readonly number[]) {
    const stored = new Map<string, ReadonlyMap<Key, RepoRow>>();
    for (const each of reads) {
      const rows = (await snapshot.rows(each, keys)) as readonly RepoRow[];
      stored.set(each.entity.name, new Map(rows.map((row) => [row.key, row])));
    }
    // A derived document says its version: the one it is stored at, so that it is compared with itself.
    const versionOf = (key: Key) => newestVersion([...stored.values()].map((rows) => rows.get(key)));
    const derived = await deriver.derive(snapshot, keys, versionOf);
    return derived.flatMap((each) => differenceOf(handler, each, stored) ?? []);
  }

  /** A document of an archived ad that was collected is not missing; one whose ad came back is. */
  async #withoutCollected(tx: Transaction, found: readonly UnsyncedGroup[]): Promise<readonly UnsyncedGroup[]> {
    const missing = found.filter(
      ({ kind, group }) => kind === "missing" && group?.startsWith(`${AdDocumentRow.name}.`),
    );
    if (missing.length === 0) return found;
    const gone = await tombstonesOf(tx, AdDocumentRow, [...new Set(missing.map(({ key }) => key))]);
    const archived = new Set(missing.filter(({ digest }) => digest === ARCHIVED).map(({ key }) => key));
    const collected = new Set(gone.map(({ key }) => key as number).filter((key) => archived.has(key)));
    return found.filter(({ key, kind }) => kind !== "missing" || !collected.has(key));
  }
}

/**
 * Who reads a group that is unsynced itself may differ for that alone. Once the group is right its readers are woken, so they are
 * neither told nor asked: run now, they would make something of what is wrong.
 */
function withoutFollowers(found: readonly UnsyncedGroup[]): readonly UnsyncedGroup[] {
  const unsynced = Map.groupBy(found, ({ key }) => key);
  return found.filter(({ key, handler }) => {
    const others = (unsynced.get(key) ?? []).filter((other) => other.handler !== handler);
    const wrong = new Set(others.flatMap((other) => other.handler.produces.flatMap(placesOf)));
    return !readOfOwnRow(handler).some((place) => wrong.has(place));
  });
}

function placesOf({ entity, groups }: Handler["produces"][number]): readonly string[] {
  return groups.map((group) => `${entity.name}.${group}`);
}

function readOfOwnRow({ inputs }: Handler): readonly string[] {
  const own = inputs.filter(({ kind }) => kind === "row");
  return own.flatMap(({ read: { entity, columns } }) =>
    columns.map(({ group }: EntityColumn) => `${entity.name}.${group}`),
  );
}

const ARCHIVED = "archived";

function differenceOf(
  handler: Handler,
  { key, groups, failure }: DerivedKey,
  stored: ReadonlyMap<string, ReadonlyMap<Key, RepoRow>>,
): Omit<UnsyncedGroup, "waits"> | undefined {
  const facts = { handler, key: key as number, group: null, column: null, reason: null };
  if (failure !== undefined) {
    const reason = failure.error.message;
    return { ...facts, kind: "failed", reason, digest: reason };
  }
  for (const [place, { columns }] of groups) {
    const [entity = "", group = ""] = place.split(".");
    const row = stored.get(entity)?.get(key);
    const own = columnsOf(handler, entity, group);
    const isThere = (row?.versions[group] ?? 0n) > 0n;
    const digest = columns["status"] === ARCHIVED && !isThere ? ARCHIVED : digestOf(own, columns);
    if (!isThere) return { ...facts, kind: "missing", group: place, digest };
    const other = own.find((column) => {
      const [derived, held] = [columns[column.name], row?.columns[column.name]];
      const isPulled = PULLED.has(place) && column.name === group;
      if (isHeldTime(column.name, held, derived)) return false;
      return isPulled ? (derived === null) !== (held === null) : !sameColumn(column, derived, held);
    });
    if (other !== undefined) return { ...facts, kind: "differs", group: place, column: other.name, digest };
  }
  return undefined;
}

function columnsOf({ produces }: Handler, entity: string, group: string): readonly EntityColumn[] {
  const own = produces.find((each) => each.entity.name === entity)?.entity;
  return (own?.columns ?? []).filter((column: EntityColumn) => column.group === group);
}

function digestOf(own: readonly EntityColumn[], columns: Readonly<Record<string, unknown>>): string {
  const text = own.map((column) => columnText(column, columns[column.name])).join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function newestVersion(rows: readonly (RepoRow | undefined)[]): bigint {
  const versions = rows.flatMap((row) => Object.values(row?.versions ?? {}));
  return versions.reduce((newest, version) => (version > newest ? version : newest), 1n);
}

function nameOf({ name }: EntityColumn): string {
  return name;
}
