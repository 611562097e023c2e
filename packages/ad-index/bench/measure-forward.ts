/**
 * Measures forward columns: bytes per ad, reading a dozen columns of 500 ads, against one row of doubles per ad (all columns as
 * 64-bit floats), the plainest layout. Both are read interleaved; p10 is the figure that other work on the machine moves least.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-forward.ts [reads]
 */
import { type Column, DictionaryColumn, F64Column, I32Column, IdColumn } from "@tenon/graph-core";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { FORWARD_COLUMN_NAMES, FORWARD_COLUMN_TYPES, type ForwardColumnName } from "../src/forward/forward-columns.ts";
import { type Places, readColumns } from "../src/forward/forward-read.ts";
import { dictionariesOf, forwardTable, newCodebooks, type WordName } from "../src/forward/forward-values.ts";
import type { Segment } from "../src/segments/segment.ts";
import type { SegmentView } from "../src/segments/segment-view.ts";

const READS = Number(process.argv[2] ?? 2_000);
const ADS = 500;
const COLUMNS: readonly ForwardColumnName[] = [
  ...(["campaignId", "adGroupId", "advertiserId", "bidPays", "bidMicros", "cpmMicros"] as const),
  ...(["floorMicros", "pacing", "qualityScore", "popularity", "category", "campaignCapPer7Days"] as const),
];

const { documents } = generateMarketplace(await loadCatalogue(), { seed: 7 });
const codebooks = newCodebooks();
const builds = Array.from({ length: 3 }, () => cpuMs(() => forwardTable(documents, codebooks)));
const table = forwardTable(documents, codebooks);
const dictionaries = dictionariesOf(codebooks);
const views = [{ segment: { forward: table as Segment["forward"] } } as SegmentView];

const stride = FORWARD_COLUMN_NAMES.length;
const plain = new Float64Array(documents.length * stride);
for (const [place, name] of FORWARD_COLUMN_NAMES.entries()) {
  const column = readColumns([name], placesOf(documents.map((_, row) => row)), dictionaries)[name];
  for (let row = 0; row < documents.length; row++) {
    const value = column?.at(row);
    plain[row * stride + place] = typeof value === "number" ? value : 0;
  }
}
const offsets = COLUMNS.map((name) => FORWARD_COLUMN_NAMES.indexOf(name));

function placesOf(rows: readonly number[]): Places {
  return { views, viewOf: new Int32Array(rows.length), rowOf: Int32Array.from(rows), missingCount: 0 };
}

/** Gathers ad by ad, as a row of doubles allows, and makes the same columns. */
function readPlain({ rowOf }: Places): readonly Column[] {
  const values = new Float64Array(rowOf.length * offsets.length);
  for (let at = 0; at < rowOf.length; at++) {
    const base = (rowOf[at] as number) * stride;
    for (let column = 0; column < offsets.length; column++) {
      values[column * rowOf.length + at] = plain[base + (offsets[column] as number)] as number;
    }
  }
  return COLUMNS.map((name, at) => {
    const own = values.subarray(at * rowOf.length, (at + 1) * rowOf.length);
    const type = FORWARD_COLUMN_TYPES[name];
    if (type === "dictionary") return DictionaryColumn.fromCodes(dictionaries[name as WordName], own);
    return type === "id" ? IdColumn.from(own) : type === "i32" ? I32Column.from(own) : F64Column.from(own);
  });
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function cpuMs(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

let state = 1;
function nextRow(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state % documents.length;
}

const times = { families: [] as number[], doubles: [] as number[] };
for (let read = 0; read < READS; read++) {
  const one = placesOf(Array.from({ length: ADS }, nextRow));
  const other = placesOf(Array.from({ length: ADS }, nextRow));
  times.families.push(timed(() => readColumns(COLUMNS, one, dictionaries)));
  times.doubles.push(timed(() => readPlain(other)));
}

const share = (values: number[], at: number) =>
  values.sort((left, right) => left - right)[Math.floor(values.length * at)];
const us = (ms: number | undefined) => `${((ms ?? 0) * 1_000).toFixed(0)} us`;
const lines = [
  `${documents.length} ads, ${stride} columns: ${(table.bytes / documents.length).toFixed(1)} bytes per ad; as doubles ${stride * 8}`,
  `build: ${builds.map((ms) => ms.toFixed(0)).join(", ")} ms of CPU time`,
  ...Array.from(table.columns, ([name, { form }]) => `  ${name}: ${form.family} ${form.form}`),
  ...Object.entries(times).map(
    ([name, values]) =>
      `${COLUMNS.length} columns of ${ADS} ads, ${name}: p10 ${us(share(values, 0.1))}, p50 ${us(share(values, 0.5))}`,
  ),
];
process.stdout.write(`${lines.join("\n")}\n`);
