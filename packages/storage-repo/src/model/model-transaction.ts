import type { Isolation } from "@tenon/postgres";
import type { RowChange } from "../api/change.ts";
import { CollectedResult } from "../api/collected-result.ts";
import type { AnyEntity, Key } from "../api/entity.ts";
import type { Lane } from "../api/lane.ts";
import type { PlannedWrites } from "../api/planned-writes.ts";
import type { WriteResult } from "../api/repo.ts";
import { type ModelRow, stepRow } from "./model-row.ts";
import type { ModelStore } from "./model-store.ts";

/** The model's "could not serialize access" and "deadlock detected". */
export class ModelConflict extends Error {
  readonly sqlState: "40001" | "40P01";
  constructor(sqlState: "40001" | "40P01") {
    super(sqlState === "40001" ? "could not serialize access" : "deadlock detected");
    this.sqlState = sqlState;
  }
}

/** An open transaction of the model: what a caller of `ModelRepo.transaction` holds. */
export class ModelTransaction {
  readonly isolation: Isolation;
  readonly changes: RowChange[] = [];
  lane: Lane | undefined;
  /** The change batch was written: no further write set. */
  recorded = false;
  readonly #store: ModelStore;
  readonly #written = new Map<string, Map<Key, ModelRow>>();
  readonly #readKeys = new Map<string, Set<Key>>();
  readonly #readTables = new Set<string>();
  readonly #onCommit: ((xid: bigint) => void)[] = [];
  #snapshot: number | undefined;

  constructor(store: ModelStore, isolation: Isolation) {
    this.#store = store;
    this.isolation = isolation;
  }

  /** Runs with the commit, at once, told its id: for state that a simulation commits together with rows. */
  onCommit(effect: (xid: bigint) => void): void {
    this.#onCommit.push(effect);
  }

  /** The row as this transaction sees it. */
  row(entity: AnyEntity, key: Key): ModelRow {
    this.#noteRead(entity, key);
    return this.#written.get(entity.name)?.get(key) ?? this.#store.row(entity.name, key, this.#readStamp());
  }

  /** Every key that this transaction may see. */
  keys(entity: AnyEntity): readonly Key[] {
    this.#readTables.add(entity.name);
    return [...new Set([...this.#store.keys(entity.name), ...(this.#written.get(entity.name)?.keys() ?? [])])];
  }

  async write(planned: readonly PlannedWrites[]): Promise<WriteResult> {
    const collected = new CollectedResult();
    this.#readStamp();
    for (const each of planned) for (const write of each.writes) await this.#writeOne(each, write, collected);
    const result = collected.result();
    this.changes.push(...result.changes);
    return result;
  }

  commit(batch: (changes: readonly RowChange[]) => Parameters<ModelStore["commit"]>[1]): void {
    if (this.isolation === "serializable") this.#requireReadsUnchanged();
    this.#store.commit(this.#written, this.changes.length > 0 ? batch(this.changes) : undefined);
    for (const effect of this.#onCommit) effect(BigInt(this.#store.stamp));
  }

  end(): void {
    this.#store.locks.release(this);
  }

  async #writeOne(
    planned: PlannedWrites,
    write: PlannedWrites["writes"][number],
    collected: CollectedResult,
  ): Promise<void> {
    const { entity } = planned;
    const { key, version } = write;
    if (!(await this.#store.locks.take(`${entity.name}/${key}`, this))) throw new ModelConflict("40P01");
    if (this.isolation !== "readCommitted" && this.#store.changedAt(entity.name, key) > this.#readStamp())
      throw new ModelConflict("40001");
    const table = this.#written.get(entity.name) ?? new Map<Key, ModelRow>();
    this.#written.set(entity.name, table);
    const step = stepRow(table.get(key) ?? this.#store.row(entity.name, key), planned, write);
    if (step.outcome === "conflict") {
      const group = planned.kind === "group" ? planned.group.name : "presence";
      return collected.conflict({ entity: entity.name, group, key, version });
    }
    if (step.outcome !== "applied") return collected[step.outcome]();
    table.set(key, step.row);
    collected.applied(step.change);
  }

  #readStamp(): number {
    if (this.isolation === "readCommitted") return this.#store.stamp;
    this.#snapshot ??= this.#store.stamp;
    return this.#snapshot;
  }

  #noteRead(entity: AnyEntity, key: Key): void {
    const keys = this.#readKeys.get(entity.name) ?? new Set<Key>();
    keys.add(key);
    this.#readKeys.set(entity.name, keys);
  }

  /** First committer wins over everything read: stricter than Postgres, and as serializable. */
  #requireReadsUnchanged(): void {
    if (this.#snapshot === undefined || this.changes.length === 0) return;
    const snapshot = this.#snapshot;
    const rowChanged = [...this.#readKeys].some(([entity, keys]) =>
      [...keys].some((key) => this.#store.changedAt(entity, key) > snapshot),
    );
    const tableChanged = [...this.#readTables].some((entity) => this.#store.tableChangedAt(entity) > snapshot);
    if (rowChanged || tableChanged) throw new ModelConflict("40001");
  }
}
