/**
 * Functions that make rows and requests, as code: each makes one shape, without a loop over names. Where code from strings is
 * forbidden no graph is compiled either, so nothing is derived there.
 */
import type { AnyRead, EntityColumn, RepoRow } from "@tenon/storage-repo/api";

/**
 * A row of a wider read → the row that a narrower one would have given. Each run gets one of its own, so that it need not be frozen:
 * what a node writes there reaches no other run, and a checked run freezes it as every slot.
 */
export type Narrow = (row: RepoRow) => RepoRow;

const known = new WeakMap<AnyRead, Narrow>();

export function narrowTo(read: AnyRead): Narrow {
  const made =
    known.get(read) ??
    compiled<Narrow>(
      ["row"],
      [
        `// a row of "${read.entity.name}"`,
        "const { key, versions, columns } = row;",
        `return ${rowText(read, {
          column: ({ name }) => `columns[${text(name)}] ?? null`,
          version: (group) => `versions[${text(group)}] ?? 0n`,
        })};`,
      ],
    );
  known.set(read, made);
  return made;
}

/** A row of the read, whose key is the variable `key`. */
export function rowText(
  read: AnyRead,
  from: { readonly column: (column: EntityColumn) => string; readonly version: (group: string) => string },
): string {
  const columns = read.columns as readonly EntityColumn[];
  const groups = [...new Set(columns.map(({ group }) => group))];
  const versions = groups.map((group) => `${property(group)}: ${from.version(group)}`);
  const values = columns.map((column) => `${property(column.name)}: ${from.column(column)}`);
  return `{ key, versions: { ${versions.join(", ")} }, columns: { ${values.join(", ")} } }`;
}

export function text(name: string): string {
  return JSON.stringify(name);
}

/** A key of an object literal: one name there says something else. */
export function property(name: string): string {
  return name === "__proto__" ? `[${text(name)}]` : text(name);
}

let compiledCount = 0;

export function compiled<Made>(parameters: readonly string[], lines: readonly string[]): Made {
  // V8 shares type feedback between functions of one source text; the number keeps them apart.
  return new Function(...parameters, [`// number ${++compiledCount}`, ...lines].join("\n")) as Made;
}
