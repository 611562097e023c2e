/** Keyed state of one partition: what was loaded, and what the current batch wrote. */
import { compiledSlot } from "@tenon/graph-core/internal";
import type { StateRow, TaskPartition, TaskStore } from "../store/task-store.ts";
import { streamError } from "../task/stream-error.ts";
import type { KeyedState } from "../task/task.ts";
import { byText } from "../text-order.ts";

/** Keys kept in memory per partition; the least recently loaded go first. */
export const STATE_KEYS_MAX = 100_000;

export class StateCache {
  readonly #at: TaskPartition;
  readonly #store: TaskStore;
  readonly #check: (value: unknown) => unknown;
  readonly #values = new Map<string, unknown>();
  #written = new Map<string, unknown>();

  constructor(at: TaskPartition, store: TaskStore, state: KeyedState) {
    this.#at = at;
    this.#store = store;
    this.#check = compiledSlot(state.write).check;
  }

  /** Loads the keys that are not known yet. Between batches only. */
  async load(keys: Iterable<string>): Promise<void> {
    const missing = new Set<string>();
    for (const key of keys) if (!this.#values.has(key)) missing.add(key);
    if (missing.size === 0) return;
    this.#makeRoom(missing.size, new Set(keys));
    for (const key of missing) this.#values.set(key, null);
    for (const { key, value } of await this.#store.state(this.#at, [...missing])) {
      this.#values.set(key, this.#restored(key, value));
    }
  }

  /** The state of a loaded key; `null` before its first write. */
  get(key: string): unknown {
    return this.#values.get(key) ?? null;
  }

  set(key: string, value: unknown): void {
    this.#values.set(key, value);
    this.#written.set(key, value);
  }

  /** What was written since the last call, by key. */
  takeWritten(): readonly StateRow[] {
    if (this.#written.size === 0) return [];
    const rows = [...this.#written].map(([key, value]) => ({
      key,
      value: value === null ? null : JSON.stringify(value),
    }));
    this.#written = new Map();
    return rows.sort((one, other) => byText(one.key, other.key));
  }

  #restored(key: string, text: string | null): unknown {
    const value: unknown = text === null ? null : JSON.parse(text);
    const misfit = value === null ? undefined : this.#check(value);
    if (misfit === undefined) return value;
    throw streamError("wrongTask", `stored state of key "${key}" does not fit task "${this.#at.task}"`, {
      detail: JSON.stringify(misfit),
      hint: "the schema changed: let it accept what is stored, or rewind the task to build its state anew",
    });
  }

  #makeRoom(rows: number, needed: ReadonlySet<string>): void {
    for (const key of this.#values.keys()) {
      if (this.#values.size + rows <= STATE_KEYS_MAX) return;
      if (!needed.has(key)) this.#values.delete(key);
    }
  }
}
