import type { EntityColumn, Key } from "./entity.ts";
import { checkKey } from "./planned-writes.ts";
import { type AnyRead, undeclared } from "./read.ts";
import { ROWS_MAX } from "./repo.ts";
import { repoError } from "./repo-error.ts";

/** Holds a transaction to the reads it declared. */
export class DeclaredReads {
  readonly #reads: ReadonlySet<AnyRead>;

  constructor(reads: readonly AnyRead[]) {
    this.#reads = new Set(reads);
  }

  /** @throws GraphError TENON1525 for a read that was not declared, TENON1526 for too many keys */
  require(read: AnyRead, keys: readonly Key[] = []): void {
    if (!this.#reads.has(read)) {
      const declared = [...this.#reads].map(describe).join("; ");
      throw undeclared(describe(read), declared);
    }
    requireRows(keys.length, "keys of one read");
    for (const key of keys) checkKey(read.entity, key);
  }

  /** @throws GraphError TENON1525 for a column that is no lookup, or that the read leaves out */
  requireLookup(read: AnyRead, name: string, values: readonly Key[]): EntityColumn {
    this.require(read);
    requireRows(values.length, "values of one read");
    const column = read.columns.find((each: EntityColumn) => each.name === name);
    if (column !== undefined && read.entity.lookups.includes(column)) return column;
    const lookups = read.entity.lookups.map((each: EntityColumn) => each.name).join(", ");
    throw undeclared(`rows of "${read.entity.name}" by "${name}"`, `the lookup columns in the read (${lookups})`);
  }
}

function describe(read: AnyRead): string {
  return `"${read.entity.name}" (${read.columns.map((column: EntityColumn) => column.name).join(", ")})`;
}

/** @throws GraphError TENON1526 */
export function requireRows(count: number, what: string): void {
  if (count <= ROWS_MAX) return;
  throw repoError("TENON1526", "a read brings too many rows", {
    category: "input",
    expected: `at most ${ROWS_MAX} ${what}`,
    found: String(count),
    hint: "read page by page, or narrow the lookup",
  });
}
