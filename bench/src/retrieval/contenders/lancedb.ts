/**
 * LanceDB with its own prefilter: predicates are SQL over indexed columns, which it combines itself. Two ways to search: its
 * flat scan, and HNSW over one partition. It is 200 MB large, so it is installed beside the project when first measured.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ALL, type Filter, type Predicate } from "../data/filters.ts";
import { K } from "../data/truth.ts";
import { ATTRIBUTE_VALUES, type VectorSet } from "../data/vector-set.ts";
import { type Contender, cpuMs, type Unavailable } from "./contender.ts";

export const LANCEDB = "LanceDB";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PACKAGE = join(ROOT, "bench/peers/lancedb/package.json");
const KEPT = join(ROOT, ".tenon/bench/lancedb");
const FETCH_MAX_MS = 300_000;
/** Times K whose quantised scores are computed again in full. */
const REFINE_FACTOR = 5;
/** At least what is refined. */
const EF_LADDER: readonly number[] = [50, 100, 200, 400, 800];

/** What the bench uses of the package; it is no dependency, so its own types are not here. */
interface VectorQuery {
  distanceType(kind: "dot"): VectorQuery;
  ef(ef: number): VectorQuery;
  refineFactor(factor: number): VectorQuery;
  bypassVectorIndex(): VectorQuery;
  where(sql: string): VectorQuery;
  select(columns: readonly string[]): VectorQuery;
  limit(count: number): VectorQuery;
  toArrow(): Promise<{ getChild(name: string): { toArray(): Int32Array } }>;
}
interface Table {
  createIndex(column: string, options: { readonly config: unknown }): Promise<void>;
  query(): { nearestTo(query: Float32Array): VectorQuery };
}
interface Lance {
  connect(path: string): Promise<{ createTable(name: string, table: unknown): Promise<Table> }>;
  readonly Index: { btree(): unknown; hnswSq(options: Readonly<Record<string, unknown>>): unknown };
}
interface Arrow {
  makeData(data: Readonly<Record<string, unknown>>): unknown;
  readonly Float32: new () => unknown;
  readonly Int32: new () => unknown;
  readonly Field: new (name: string, type: unknown, nullable: boolean) => unknown;
  readonly FixedSizeList: new (size: number, item: unknown) => unknown;
  readonly Vector: new (data: readonly unknown[]) => unknown;
  readonly Table: new (columns: Readonly<Record<string, unknown>>) => unknown;
}

export interface LanceContenders {
  readonly contenders: readonly Contender[];
  /** CPU time, ms. */
  readonly ingestCpuMs: number;
  readonly indexCpuMs: number;
  readonly close: () => void;
}

export async function lancedb(set: VectorSet): Promise<LanceContenders | Unavailable> {
  const modules = load();
  if ("unavailable" in modules) return modules;
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-lancedb-"));
  const { lance, arrow } = modules;
  const started = cpuMs();
  const table = await (await lance.connect(folder)).createTable("ads", tableOf(arrow, set));
  for (const column of ["first", "second", "grp"]) await table.createIndex(column, { config: lance.Index.btree() });
  const ingested = cpuMs();
  const config = lance.Index.hnswSq({ numPartitions: 1, distanceType: "dot", m: 16, efConstruction: 200 });
  await table.createIndex("vector", { config });
  return {
    contenders: [contenderOf(table, "flat"), contenderOf(table, "hnsw")],
    ingestCpuMs: ingested - started,
    indexCpuMs: cpuMs() - ingested,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function load(): { readonly lance: Lance; readonly arrow: Arrow } | Unavailable {
  // Its warnings are about output columns that the bench does not read.
  process.env.LANCEDB_LOG ??= "error";
  try {
    if (!existsSync(KEPT)) install();
    const requireThere = createRequire(join(KEPT, "package.json"));
    return { lance: requireThere("@lancedb/lancedb") as Lance, arrow: requireThere("apache-arrow") as Arrow };
  } catch (error) {
    return { name: LANCEDB, unavailable: `it could not be installed: ${String(error).slice(0, 200)}` };
  }
}

function install(): void {
  const partial = `${KEPT}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  copyFileSync(PACKAGE, join(partial, "package.json"));
  // Its optional parts are embedding models (300 MB), which nothing here uses.
  const flags = ["--omit=optional", "--omit=peer", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...flags], { cwd: partial, timeout: FETCH_MAX_MS, stdio: "ignore" });
  renameSync(partial, KEPT);
}

function tableOf(arrow: Arrow, set: VectorSet): unknown {
  const integers = (values: ArrayLike<number>) =>
    new arrow.Vector([
      arrow.makeData({ type: new arrow.Int32(), length: values.length, data: Int32Array.from(values) }),
    ]);
  const child = arrow.makeData({ type: new arrow.Float32(), length: set.vectors.length, data: set.vectors });
  const type = new arrow.FixedSizeList(set.dimensions, new arrow.Field("item", new arrow.Float32(), true));
  return new arrow.Table({
    id: integers(Int32Array.from({ length: set.count }, (_, id) => id)),
    first: integers(set.first),
    second: integers(set.second),
    grp: integers(set.groups),
    vector: new arrow.Vector([arrow.makeData({ type, length: set.count, child })]),
  });
}

function contenderOf(table: Table, way: "flat" | "hnsw"): Contender {
  return {
    name: `${LANCEDB} ${way}`,
    prepare: (filter) => (filter === ALL ? undefined : sqlOf(filter)),
    queryOf: (query) => query,
    settings: () => (way === "flat" ? [0] : EF_LADDER),
    search: async (query, sql, ef) => {
      const nearest = table
        .query()
        .nearestTo(query as Float32Array)
        .distanceType("dot");
      const asked = way === "flat" ? nearest.bypassVectorIndex() : nearest.ef(ef).refineFactor(REFINE_FACTOR);
      const filtered = sql === undefined ? asked : asked.where(sql as string);
      const rows = await filtered.select(["id", "_distance"]).limit(K).toArrow();
      return rows.getChild("id").toArray();
    },
  };
}

function sqlOf(filter: Filter): string {
  return filter.map(conditionOf).join(" AND ");
}

function conditionOf(predicate: Predicate): string {
  if (predicate.kind !== "range") return `grp ${predicate.kind === "group" ? "=" : "!="} ${predicate.group}`;
  const { attribute, from, width } = predicate;
  const to = from + width;
  if (to <= ATTRIBUTE_VALUES) return `(${attribute} >= ${from} AND ${attribute} < ${to})`;
  return `(${attribute} >= ${from} OR ${attribute} < ${to - ATTRIBUTE_VALUES})`;
}
