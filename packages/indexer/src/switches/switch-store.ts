/** What operators order of a running pipeline: rows that every process looks at, each with who, when and why. */
import { type Database, migrate } from "@tenon/postgres";
import { indexerError } from "../indexer-error.ts";
import type { Json } from "../workflows/workflow.ts";

export interface SwitchValues {
  /** Content whose source changed before this instant (ms since 1970) is dropped by the gateway, counted. Null drops nothing. */
  readonly dropContentBeforeMs: number | null;
  /** Whether documents are published to serving as they change. While off they wait, in order, in the handlers' outbox. */
  readonly publishing: boolean;
}
export type SwitchName = keyof SwitchValues;

export const SWITCH_DEFAULTS: SwitchValues = { dropContentBeforeMs: null, publishing: true };

export const SWITCH_PURPOSES: Readonly<Record<SwitchName, string>> = {
  dropContentBeforeMs:
    "content older than this instant is dropped by the gateway, to clear a backlog; null: nothing is",
  publishing: "whether changed documents go to serving; off: serving keeps what it has",
};

const CHECKS: Readonly<Record<SwitchName, { readonly is: (value: Json) => boolean; readonly expected: string }>> = {
  dropContentBeforeMs: {
    is: (value) => value === null || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0),
    expected: "milliseconds since 1970, or null",
  },
  publishing: { is: (value) => typeof value === "boolean", expected: "true or false" },
};

export interface SwitchRecord {
  readonly name: SwitchName;
  readonly value: Json;
  readonly reason: string;
  readonly by: string;
  readonly changedAtMs: number;
}

export interface Switches {
  readonly values: SwitchValues;
  /** Grows with every change of any. */
  readonly version: number;
}

const STEPS = [
  {
    version: 1,
    name: "switches",
    text: `
      create table indexer_switch (
        name text primary key, value jsonb not null, reason text not null, by text not null, changed_at_ms int8 not null,
        version int8 not null
      );
      create sequence indexer_switch_version;`,
  },
] as const;

export class SwitchStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async prepare(): Promise<void> {
    await migrate(this.#database, { component: "indexer-switches", steps: STEPS });
  }

  async read(): Promise<Switches> {
    const rows = await this.#database.query<{ name: SwitchName; value: Json; version: bigint }>(
      "select name, value, version from indexer_switch",
    );
    // A switch of a newer program is none of ours.
    const known = rows.filter(({ name }) => name in SWITCH_DEFAULTS);
    const values = { ...SWITCH_DEFAULTS, ...Object.fromEntries(known.map(({ name, value }) => [name, value])) };
    return { values, version: Math.max(0, ...known.map(({ version }) => Number(version))) };
  }

  /** @throws GraphError TENON1652 for an unknown switch, a wrong value or no reason */
  async set(name: string, value: Json, given: { readonly reason: string; readonly by: string }): Promise<void> {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as SwitchName] : undefined;
    if (check === undefined)
      throw indexerError("wrongCommand", `there is no switch "${name}"`, {
        detail: `expected one of ${Object.keys(CHECKS).join(", ")}`,
        hint: "`tenon switch list` shows them with their values",
      });
    if (!check.is(value))
      throw indexerError("wrongCommand", `switch "${name}" cannot be ${JSON.stringify(value)}`, {
        detail: `expected ${check.expected}`,
        hint: "`tenon switch list` shows every switch and what it is for",
      });
    if (given.reason.trim() === "")
      throw indexerError("wrongCommand", `switch "${name}" was given no reason`, {
        detail: "expected a line for those who find it switched tomorrow",
        hint: 'add --reason "…"',
      });
    await this.#database.execute(
      `insert into indexer_switch (name, value, reason, by, changed_at_ms, version)
       values ($1, $2::jsonb, $3, $4, (extract(epoch from clock_timestamp()) * 1000)::int8, nextval('indexer_switch_version'))
       on conflict (name) do update set value = excluded.value, reason = excluded.reason, by = excluded.by,
         changed_at_ms = excluded.changed_at_ms, version = excluded.version`,
      [name, JSON.stringify(value), given.reason, given.by],
    );
  }

  /** Those that were ever set, newest first. */
  async records(): Promise<readonly SwitchRecord[]> {
    const rows = await this.#database.query<Omit<SwitchRecord, "changedAtMs"> & { changed_at_ms: bigint }>(
      "select name, value, reason, by, changed_at_ms from indexer_switch order by version desc",
    );
    return rows.map(({ changed_at_ms, ...row }) => ({ ...row, changedAtMs: Number(changed_at_ms) }));
  }
}
