/**
 * Ad retrieval: nearest vectors under filters, targeting, changes, memory; beside hnswlib-node, usearch and LanceDB in Node, and
 * beside FAISS and Lucene in processes of their own. Filters are two bitmaps per query, other ones for every query; contenders
 * are tuned on queries that are not reported; all take turns. Compare ratios: rates are those of the machine and its other work.
 * A quick run measures ours at 100k and peers at 20k; peers at 100k only if a full run has left their graphs on the machine.
 * Not measured here: several threads, more than 64 dimensions, embeddings of a neural network, a network between host and index.
 */
import type { Part, SuiteOptions } from "../harness/report.ts";
import { GOALS, partMissing as missing, type PartName } from "./goals.ts";
import { type BuildAmounts, buildPart } from "./parts/build.ts";
import { type HardAmounts, hardPart } from "./parts/hard.ts";
import { type LanceAmounts, lancedbPart } from "./parts/lancedb.ts";
import { type NativeAmounts, nativePart } from "./parts/native.ts";
import { type ScaleAmounts, scalePart } from "./parts/scale.ts";
import { type ScanAmounts, scanPart } from "./parts/scan.ts";
import { type SweepAmounts, smallSweepPart, sweepPart } from "./parts/sweep.ts";
import { targetingPart } from "./parts/targeting.ts";
import { type UpdateAmounts, updatesPart } from "./parts/updates.ts";

const FULL_ONLY = "full run only";
type FullOnly = typeof FULL_ONLY;

interface Amounts {
  readonly sweep: SweepAmounts;
  /** Both ours and peers at a size whose graphs are built within seconds; rows without goals. */
  readonly sweep20k: SweepAmounts | FullOnly;
  readonly sweep500k: SweepAmounts | FullOnly;
  readonly lancedb: LanceAmounts | FullOnly;
  readonly hard: HardAmounts;
  readonly native: NativeAmounts | FullOnly;
  readonly scan: ScanAmounts | FullOnly;
  readonly build: BuildAmounts;
  readonly updates: UpdateAmounts;
  readonly scale: ScaleAmounts | FullOnly;
}

const QUICK_LIMITS = { roundsMax: 9, msPerContender: 80, msPerSetting: 30, queriesMin: 10 };
const QUICK_QUERIES = { tuning: 64, reporting: 100 };
const FULL_LIMITS = { roundsMax: 15, msPerContender: 3_000, msPerSetting: 3_000, queriesMin: 20 };
const FULL_QUERIES = { tuning: 100, reporting: 200 };

const QUICK: Amounts = {
  sweep: { queries: QUICK_QUERIES, limits: QUICK_LIMITS, cachedOnly: true },
  sweep20k: { queries: QUICK_QUERIES, limits: QUICK_LIMITS, cachedOnly: false },
  sweep500k: FULL_ONLY,
  lancedb: FULL_ONLY,
  hard: { queries: QUICK_QUERIES, limits: QUICK_LIMITS, cachedOnly: true, text: false },
  native: FULL_ONLY,
  scan: FULL_ONLY,
  build: { sizes: ["100k"], cachedOnly: true },
  updates: { ads: 20_000, changed: 2_000, peerChanges: 200, searches: 40 },
  scale: FULL_ONLY,
};
const FULL: Amounts = {
  sweep: { queries: FULL_QUERIES, limits: FULL_LIMITS, cachedOnly: false },
  sweep20k: FULL_ONLY,
  sweep500k: { queries: FULL_QUERIES, limits: FULL_LIMITS, cachedOnly: false },
  lancedb: { queries: FULL_QUERIES, limits: { ...FULL_LIMITS, roundsMax: 3 } },
  hard: { queries: FULL_QUERIES, limits: FULL_LIMITS, cachedOnly: false, text: true },
  // Thirteen kinds of index take part at every point.
  native: { queries: FULL_QUERIES, limits: { ...FULL_LIMITS, msPerContender: 1_500, msPerSetting: 1_000 } },
  scan: { queries: FULL_QUERIES, limits: FULL_LIMITS },
  build: { sizes: ["100k", "500k"], cachedOnly: false },
  updates: { ads: 100_000, changed: 5_000, peerChanges: 1_000, searches: 200 },
  scale: { sizes: [100_000, 250_000, 500_000, 1_000_000] },
};

/** Runs a part with its amounts, or says that a quick run has none. */
function inFull<Given>(name: PartName, given: Given | FullOnly, run: (amounts: Given) => Promise<Part>): Promise<Part> {
  return given === FULL_ONLY ? Promise.resolve(missing(name, FULL_ONLY)) : run(given as Given);
}

/** What takes longest comes last, so that a run that is cut short has most of its parts. */
const PARTS: Readonly<Record<string, (amounts: Amounts) => Promise<Part>>> = {
  targeting: () => targetingPart(),
  sweep100k: (amounts) => sweepPart("sweep100k", "100k", amounts.sweep),
  hard: ({ hard }) => hardPart(hard),
  sweep20k: ({ sweep20k }) =>
    sweep20k === FULL_ONLY ? Promise.resolve({ goals: [], rows: [] }) : smallSweepPart(20_000, sweep20k),
  updates: ({ updates }) => updatesPart(updates),
  lancedb: ({ lancedb }) => inFull("lancedb", lancedb, lancedbPart),
  scan: ({ scan }) => inFull("scan", scan, scanPart),
  native100k: ({ native }) => inFull("native100k", native, (given) => nativePart("native100k", "100k", given)),
  sweep500k: ({ sweep500k }) => inFull("sweep500k", sweep500k, (given) => sweepPart("sweep500k", "500k", given)),
  build: ({ build }) => buildPart(build),
  scale: ({ scale }) => inFull("scale", scale, scalePart),
  native500k: ({ native }) => inFull("native500k", native, (given) => nativePart("native500k", "500k", given)),
};

export const parts: readonly string[] = Object.keys(PARTS);

const MINUTE_MS = 60_000;

/** Many times what a part takes: a busy machine is no reason to lose it. */
export function partMsMax({ quick }: SuiteOptions): number {
  return quick ? 6 * MINUTE_MS : 90 * MINUTE_MS;
}

export function partMissing(name: string, reason: string): Part {
  return name in GOALS ? missing(name as PartName, reason) : { goals: [], rows: [{ part: name, unavailable: reason }] };
}

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`suite retrieval has no part "${name}"; parts: ${parts.join(", ")}`);
  return part(quick ? QUICK : FULL);
}
