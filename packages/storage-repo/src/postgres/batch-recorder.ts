import type { Transaction } from "@tenon/postgres";
import type { RowChange } from "../api/change.ts";
import { ChangeEncoder } from "../api/change-codec.ts";
import type { AnyEntity } from "../api/entity.ts";
import type { Lane } from "../api/lane.ts";
import { lanesOfChanges } from "../api/lanes-of-changes.ts";
import { layoutOf } from "../api/layout.ts";
import { repoError } from "../api/repo-error.ts";
import { CHANGES_MAX } from "../api/write-set.ts";
import type { Dialect } from "./dialect.ts";

/** Writes the one change batch of a transaction. */
export class BatchRecorder {
  readonly #entities: readonly AnyEntity[];
  readonly #dialect: Dialect;
  readonly #encoder: ChangeEncoder;
  readonly #schemaVersion: number;

  constructor(facts: { entities: readonly AnyEntity[]; dialect: Dialect; schemaVersion: number }) {
    this.#entities = facts.entities;
    this.#dialect = facts.dialect;
    this.#encoder = new ChangeEncoder(layoutOf(facts.entities));
    this.#schemaVersion = facts.schemaVersion;
  }

  /**
   * Written at the commit: last of all row locks. A transaction that changed nothing has no batch.
   *
   * @throws GraphError TENON1521 for more than `CHANGES_MAX` changes
   */
  record(tx: Transaction, changes: readonly RowChange[], lane: Lane | undefined): void {
    if (changes.length === 0) return;
    if (changes.length > CHANGES_MAX) throw tooManyChanges(changes.length);
    this.#dialect.recordBatch(tx, {
      lanes: lanesOfChanges(this.#entities, { changes, lane }),
      schemaVersion: this.#schemaVersion,
      body: this.#encoder.encode(changes),
    });
  }
}

function tooManyChanges(found: number): Error {
  return repoError("TENON1521", "a transaction changes more rows than one change batch may tell", {
    category: "input",
    expected: `at most ${CHANGES_MAX} changes`,
    found: String(found),
    hint: "load many rows with repo.bulk, which commits them in parts",
  });
}
