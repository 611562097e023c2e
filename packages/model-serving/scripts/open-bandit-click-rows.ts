/**
 * Real impressions of a fashion shop's recommendation slot, one week, about half a percent of them clicked: the Open
 * Bandit Dataset (Saito et al. 2021, Apache-2.0). The project does not carry a copy: see `OPEN_BANDIT_FOLDER`.
 */
import { readFileSync } from "node:fs";
import { Dictionary, defineFeatureSchema, type FeatureDeclaration } from "@tenon/graph-core";
import type { ClickRows } from "./click-rows.ts";

/** Beside the repository. Holds `random/` and `bts/` (two policies), each with `men.csv` and `women.csv`. */
export const OPEN_BANDIT_FOLDER = new URL("../../../../shared/datasets/open-bandit/", import.meta.url);

export interface Impressions {
  readonly files: readonly string[];
  readonly clickRows: ClickRows;
  /** When each was shown, in milliseconds since the epoch. Ascending within a file. */
  readonly timesMs: Float64Array;
}

const USER_FEATURES = ["user_feature_0", "user_feature_1", "user_feature_2", "user_feature_3"] as const;

/** Reads files such as `random/men`. @throws when a file is absent or is not the data set's. */
export function readImpressions(files: readonly string[], folder = OPEN_BANDIT_FOLDER): Impressions {
  const rows = files.flatMap((file) => readCsv(file, folder));
  const wordFeatures = [
    // The halves of the shop number their items alike.
    { name: "item", of: (row: Row) => `${row.half} ${cellOf(row, "item_id")}` },
    ...USER_FEATURES.map((name) => ({ name, of: (row: Row) => cellOf(row, name) })),
  ];
  const dictionaries = wordFeatures.map((feature) => ({
    ...feature,
    dictionary: new Dictionary([...new Set(rows.map(feature.of))].sort()),
  }));
  const numbers = [
    // Position bias is a feature in training; a ranker serves every candidate at the same position.
    { name: "position", unit: "count", of: (row: Row) => Number(cellOf(row, "position")) },
    {
      name: "affinity",
      unit: "none",
      of: (row: Row) => Number(cellOf(row, `user-item_affinity_${cellOf(row, "item_id")}`)),
    },
    { name: "hour", unit: "hour", of: (row: Row) => new Date(timeOf(row)).getUTCHours() },
  ];
  const shared = { nullPolicy: "missing", owner: "ads-ranking", version: 1 } as const;
  const features: FeatureDeclaration[] = [
    ...dictionaries.map(
      ({ name, dictionary }) => ({ name, dictionary, type: "dictionary", unit: "none", ...shared }) as const,
    ),
    ...numbers.map(({ name, unit }) => ({ name, type: "f64", unit, ...shared }) as const),
  ];
  const columns = [
    ...dictionaries.map(({ of, dictionary }) => Float64Array.from(rows, (row) => dictionary.codeOf(of(row)))),
    ...numbers.map(({ of }) => Float64Array.from(rows, of)),
  ];
  return {
    files,
    timesMs: Float64Array.from(rows, timeOf),
    clickRows: {
      data: `Open Bandit Dataset, ${files.join(" and ")}`,
      rows: {
        schema: defineFeatureSchema({ name: "open-bandit", version: 1, features }),
        columns,
        labels: Uint8Array.from(rows, (row) => Number(cellOf(row, "click"))),
      },
      surfaces: rows.map(() => "fashionShop"),
    },
  };
}

/** All 40,000 impressions; `seed` and `count` have no part in real data. */
export function clickRows(): ClickRows {
  return readImpressions(["random/men", "bts/men", "random/women", "bts/women"]).clickRows;
}

interface Row {
  /** `men` or `women`. */
  readonly half: string;
  readonly columns: ReadonlyMap<string, number>;
  readonly cells: readonly string[];
}

/** The files quote nothing, so a comma is always a separator. */
function readCsv(file: string, folder: URL): readonly Row[] {
  const half = file.split("/").at(-1) ?? file;
  const [header = "", ...lines] = readFileSync(new URL(`${file}.csv`, folder), "utf8")
    .trimEnd()
    .split("\n");
  const columns = new Map(header.split(",").map((name, index) => [name, index]));
  return lines.map((line) => ({ half, columns, cells: line.split(",") }));
}

function cellOf({ columns, cells }: Row, name: string): string {
  const cell = cells[columns.get(name) ?? -1];
  if (cell === undefined) {
    throw new Error(
      `no column "${name}": expected a file of the Open Bandit Dataset, found ${[...columns.keys()].slice(0, 5)}`,
    );
  }
  return cell;
}

function timeOf(row: Row): number {
  return Date.parse(cellOf(row, "timestamp").replace(" ", "T"));
}
