/**
 * Handlers called for some keys, as stages are called with messages.
 *
 * `append` adds a work item for each key in the low lane: what follows is the handlers' business.
 * `dry` derives at one snapshot, and shows the result beside what is stored. Nothing is committed.
 */
import { type Binding, type HostClock, systemClock } from "@tenon/graph-core";
import type { Database } from "@tenon/postgres";
import { type Key, type Repo, read } from "@tenon/storage-repo/api";
import { type Handler, type Message, type PostgresWorkStore, RowDeriver } from "@tenon/stream-runtime";
import { indexerError } from "../indexer-error.ts";

/** Keys of one call; more is several calls, or a refresh. */
export const KEYS_MAX = 1_000;

export interface ArgusCallsOptions {
  readonly handlers: readonly Handler[];
  readonly resources: Readonly<Record<string, Binding>>;
  readonly database: Pick<Database, "transaction">;
  readonly repo: Pick<Repo, "read">;
  readonly work: Pick<PostgresWorkStore, "add">;
  readonly clock?: HostClock;
}

export interface ArgusAnswer {
  readonly handler: string;
  readonly mode: "append" | "dry";
  /** `append`: work items that were added. */
  readonly added?: number;
  /** `dry`: in the order of the keys. */
  readonly outputs?: readonly ArgusOutput[];
}

export interface ArgusOutput {
  readonly key: number;
  /** Groups that the handler produces, as `entity.group`. */
  readonly groups: readonly { readonly group: string; readonly derived: Columns; readonly stored: Columns }[];
  /** Topic → messages that a run would send. */
  readonly messages: Readonly<Record<string, readonly Message[]>>;
  /** Why there is nothing: the handler that failed may be one that this one reads. */
  readonly failure: { readonly handler: string; readonly reason: string } | null;
}

/** By column; null where there is no row. */
type Columns = Readonly<Record<string, unknown>> | null;

type Table = Handler["produces"][number]["entity"];

export class ArgusCalls {
  readonly #options: ArgusCallsOptions;
  readonly #clock: HostClock;
  readonly #derivers = new Map<Handler, RowDeriver>();

  constructor(options: ArgusCallsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get handlers(): readonly string[] {
    return this.#options.handlers.map(({ name }) => name);
  }

  /** @throws GraphError TENON1652 for an unknown handler or too many keys */
  async call(name: string, keys: readonly number[], mode: "append" | "dry"): Promise<ArgusAnswer> {
    const handler = this.#named(name);
    if (keys.length > KEYS_MAX)
      throw indexerError("wrongCommand", `a call of handler "${name}" has ${keys.length} keys`, {
        detail: `expected at most ${KEYS_MAX}`,
        hint: "send several calls, or ask for the workflow refresh",
      });
    const distinct = [...new Set(keys)];
    return mode === "append"
      ? { handler: name, mode, added: await this.#append(name, distinct) }
      : { handler: name, mode, outputs: await this.#dry(handler, distinct) };
  }

  async #append(handler: string, keys: readonly Key[]): Promise<number> {
    const { database, work } = this.#options;
    const items = keys.map((key) => ({ handler, key, lane: "low" as const, upTo: 0n, rounds: 0 }));
    await database.transaction((tx) => work.add(tx, items));
    return items.length;
  }

  /** As a run would be now: of its own row it reads what the store holds, whoever derived it. */
  async #dry(handler: Handler, keys: readonly Key[]): Promise<readonly ArgusOutput[]> {
    const deriver = this.#deriverOf(handler);
    const tables = handler.produces.map(({ entity, groups }) => ({
      ...{ entity, groups },
      read: read(entity, entity.columns.filter(({ group }) => groups.includes(group)).map(({ name }) => name) as never),
    }));
    const reads = [...deriver.reads, ...tables.map((table) => table.read)];
    return this.#options.repo.read(reads, async (snapshot) => {
      const stored = await Promise.all(
        tables.map(async (table) => {
          const rows = (await snapshot.rows(table.read as never, keys as never)) as readonly (StoredRow & {
            key: Key;
          })[];
          return { ...table, rows: new Map<Key, StoredRow>(rows.map((row) => [row.key, row])) };
        }),
      );
      const versionOf = (key: Key) =>
        stored.flatMap(({ rows }) => Object.values(rows.get(key)?.versions ?? {})).reduce(greater, NEVER_WRITTEN);
      const derived = await deriver.derive(snapshot, keys, versionOf);
      return derived.map(({ key, groups, messages, failure }) => ({
        key: key as number,
        groups: stored.flatMap(({ entity, groups: names, rows }) =>
          names.map((group) => ({
            group: `${entity.name}.${group}`,
            derived: groups.get(`${entity.name}.${group}`)?.columns ?? null,
            stored: columnsOf(rows.get(key), entity, group),
          })),
        ),
        messages: Object.fromEntries(
          Object.entries(handler.sinks).map(([slot, topic]) => [topic.name, messages[slot] ?? []]),
        ),
        failure: failure === undefined ? null : { handler: failure.handler, reason: failure.error.message },
      }));
    });
  }

  #named(name: string): Handler {
    const handler = this.#options.handlers.find((each) => each.name === name);
    if (handler !== undefined) return handler;
    throw indexerError("wrongCommand", `there is no handler "${name}"`, {
      detail: `expected one of ${this.handlers.join(", ")}`,
      hint: "a handler is called by the name in its declaration",
    });
  }

  #deriverOf(handler: Handler): RowDeriver {
    const known = this.#derivers.get(handler);
    if (known !== undefined) return known;
    const { resources } = this.#options;
    const made = new RowDeriver({ handlers: [handler], resources, clock: this.#clock, checkedShare: 1 });
    this.#derivers.set(handler, made);
    return made;
  }
}

interface StoredRow {
  readonly versions: Readonly<Record<string, bigint>>;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Work items count from 2 on. */
const NEVER_WRITTEN = 1n;

function greater(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** Null for a group that was never written. */
function columnsOf(row: StoredRow | undefined, { columns }: Table, group: string): Columns {
  if (row === undefined || (row.versions[group] ?? 0n) === 0n) return null;
  const names = columns.filter((column) => column.group === group).map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, row.columns[name]]));
}
