import type { RowChange } from "./change.ts";
import { CONFLICTS_MAX, type VersionConflict, type WriteResult } from "./repo.ts";

/** Collects what became of writes. */
export class CollectedResult {
  readonly #changes: RowChange[] = [];
  readonly #conflicts: VersionConflict[] = [];
  #stale = 0;
  #repeated = 0;

  applied(change: RowChange): void {
    this.#changes.push(change);
  }

  stale(): void {
    this.#stale++;
  }

  repeated(): void {
    this.#repeated++;
  }

  conflict(conflict: VersionConflict): void {
    if (this.#conflicts.length < CONFLICTS_MAX) this.#conflicts.push(conflict);
  }

  result(): WriteResult {
    return { changes: this.#changes, stale: this.#stale, repeated: this.#repeated, conflicts: this.#conflicts };
  }
}
