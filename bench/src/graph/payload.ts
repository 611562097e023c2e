/**
 * The payload workload: 500 candidates × 30 features through retrieve, rank, calibrate, auction, blend and log.
 * Three layouts of the same computation: spread objects (what idiomatic immutable code does), objects with score columns
 * beside them, and columns throughout. All give the same ten winners, which the suite compares.
 *
 * Each contender gets a copy of this module (see `payloadCopy`): what one taught the engine must not slow another.
 */
import {
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  compileGraph,
  createExecutor,
  type Executor,
  F64Column,
  F64Writer,
  type Graph,
  graph,
  IdColumn,
  node,
  slot,
} from "@tenon/graph-core";
import { compiledSlot } from "@tenon/graph-core/internal";
import { z } from "zod";

export const CANDIDATES = 500;
export const FEATURES = 30;
export const WINNERS = 10;
const FEATURE_NAMES = Array.from({ length: FEATURES }, (_, at) => `f${at}`);
const BID = 0;
const owner = "bench";

/** Feature value of a candidate in a request: a multiple of 1/1024, so that sums are exact in any order. */
function featureOf(request: number, candidate: number, feature: number): number {
  return ((candidate * 31 + feature * 17 + request * 7) % 1024) / 1024;
}

export interface Winner {
  readonly id: number;
  readonly score: number;
}

/** Text of the record literal with 30 known keys, so that every layout builds candidates at the same speed. */
const literal = `{ ${FEATURE_NAMES.map((name, at) => `${name}: value(request, id, ${at})`).join(", ")} }`;
const sum = (row: string) => FEATURE_NAMES.map((name) => `${row}.features.${name}`).join(" + ");

type Row = { readonly id: number; readonly features: Readonly<Record<string, number>> };
interface ObjectSteps {
  retrieve(request: number): Row[];
  margin(row: Row): number;
}

/** Tells this copy of the module from the others wherever code is made from text: equal texts share type feedback. */
const COPY = new URL(import.meta.url).searchParams.get("copy");

function objectSteps(): ObjectSteps {
  return new Function(
    "value",
    `// copy ${COPY}
return {
retrieve: (request) => { const rows = []; for (let id = 0; id < ${CANDIDATES}; id++) rows.push({ id, features: ${literal} }); return rows; },
margin: (row) => ${sum("row")},
};`,
  )(featureOf) as ObjectSteps;
}

const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-(margin - 15)));

/** Straight code with a new object per candidate and stage, and a full sort. */
function handSpread(): (request: number) => readonly Winner[] {
  const { retrieve, margin } = objectSteps();
  return (request) => {
    const retrieved = retrieve(request);
    const ranked = retrieved.map((row) => ({ ...row, margin: margin(row) }));
    const calibrated = ranked.map((row) => ({ ...row, probability: sigmoid(row.margin) }));
    const priced = calibrated.map((row) => ({ ...row, score: row.probability * (1 + (row.features.f0 as number)) }));
    const sorted = priced.toSorted((a, b) => b.score - a.score || a.id - b.id);
    const blended = sorted.slice(0, WINNERS).map((row) => ({ ...row, position: 0 }));
    return blended.map(({ id, score }) => ({ id, score }));
  };
}

/** Rows of the `count` highest scores, ties by row: a bounded insertion, not a sort of 500. */
function topRows(length: number, count: number, scoreAt: (row: number) => number): number[] {
  const rows: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    const score = scoreAt(row);
    const full = rows.length === count;
    if (full && score <= least) continue;
    let at = full ? count - 1 : rows.length;
    for (; at > 0 && scoreAt(rows[at - 1] as number) < score; at--) rows[at] = rows[at - 1] as number;
    rows[at] = row;
    least = scoreAt(rows[rows.length - 1] as number);
  }
  return rows;
}

const Request = slot("request", z.number(), { owner });
const Winners = slot("winners", z.array(z.object({ id: z.number(), score: z.number() })), { owner });
const LogLine = slot("logLine", z.number(), { owner });

type PayloadExecutor = Executor<{ readonly request: number }, { readonly winners: readonly Winner[] }, never>;

function open(declared: Graph<never, never, never>, checkedShare: number): PayloadExecutor {
  return createExecutor(compileGraph(declared as never), { resources: {}, checkedShare }) as never;
}

/** Candidates as frozen objects, scores as columns beside them, top-k. */
function objectsAndColumns(options: { readonly frozen: boolean; readonly checkedShare: number }): PayloadExecutor {
  const { retrieve, margin } = objectSteps();
  const feature = z.object(Object.fromEntries(FEATURE_NAMES.map((name) => [name, z.number()])));
  const Rows = slot("rows", z.array(z.object({ id: z.number(), features: feature })), { owner });
  const Margin = slot("margin", columnSchema("f64"), { owner });
  const Probability = slot("probability", columnSchema("f64"), { owner });
  const Score = slot("score", columnSchema("f64"), { owner });
  const { freeze } = compiledSlot(Rows);
  const base = { owner, purpose: "one stage of the payload workload" } as const;
  const nodes = {
    retrieve: node({
      ...base,
      reads: [Request],
      writes: [Rows],
      run: ({ request }) => {
        const rows = retrieve(request);
        if (options.frozen) freeze(rows);
        return { rows: rows as never };
      },
    }),
    rank: node({
      ...base,
      reads: [Rows],
      writes: [Margin],
      run: ({ rows }) => {
        const margins = new F64Writer(rows.length);
        for (let row = 0; row < rows.length; row++) margins.set(row, margin(rows[row] as never));
        return { margin: margins.seal() };
      },
    }),
    calibrate: node({
      ...base,
      reads: [Margin],
      writes: [Probability],
      run: ({ margin }) => {
        const probabilities = new F64Writer(margin.length);
        for (let row = 0; row < margin.length; row++) probabilities.set(row, sigmoid(margin.at(row)));
        return { probability: probabilities.seal() };
      },
    }),
    auction: node({
      ...base,
      reads: [Rows, Probability],
      writes: [Score],
      run: ({ rows, probability }) => {
        const scores = new F64Writer(rows.length);
        for (let row = 0; row < rows.length; row++) {
          scores.set(row, probability.at(row) * (1 + ((rows[row] as Row).features.f0 as number)));
        }
        return { score: scores.seal() };
      },
    }),
    blend: node({
      ...base,
      reads: [Rows, Score],
      writes: [Winners],
      run: ({ rows, score }) => ({
        winners: topRows(score.length, WINNERS, (row) => score.at(row)).map((row) => ({
          id: (rows[row] as Row).id,
          score: score.at(row),
        })),
      }),
    }),
    log: node({
      ...base,
      reads: [Winners, Margin],
      writes: [LogLine],
      run: ({ winners, margin }) => ({ logLine: margin.at(0) + winners.length }),
    }),
  };
  return open(
    graph({ name: `objects-${COPY}`, owner, request: [Request], nodes, respond: [Winners, LogLine] }) as never,
    options.checkedShare,
  );
}

/** One column per feature, as an index hands them over; made once per request number, outside the measurement. */
type FeatureColumns = Readonly<Record<string, F64Column>>;
const arrived = new Map<number, CandidateBatch<FeatureColumns>>();
export const REQUESTS = 8;
for (let request = 0; request < REQUESTS; request++) {
  const columns = FEATURE_NAMES.map(
    (name, feature) => [name, F64Column.fill(CANDIDATES, (id) => featureOf(request, id, feature))] as const,
  );
  const ids = IdColumn.from(Array.from({ length: CANDIDATES }, (_, id) => id));
  arrived.set(request, CandidateBatch.of(ids, Object.fromEntries(columns)));
}

/** Columns summed per pass: each pass over the rows loads and stores the running sum once. */
type Block<Each> = readonly [Each, Each, Each, Each, Each];
const BLOCK = 5;
const NAME_BLOCKS = Array.from(
  { length: FEATURES / BLOCK },
  (_, block) => FEATURE_NAMES.slice(block * BLOCK, (block + 1) * BLOCK) as unknown as Block<string>,
);

/** The chosen layout without a framework: typed arrays in straight code. What it costs is the layout's own price. */
function handColumns(): (request: number) => readonly Winner[] {
  const raw = new Map(
    [...arrived].map(([request, batch]) => {
      const arrayOf = (name: string): Float64Array => rowsOf(batch.column(name) as F64Column);
      return [
        request,
        { bids: arrayOf(FEATURE_NAMES[BID] as string), blocks: NAME_BLOCKS.map((names) => names.map(arrayOf)) },
      ] as const;
    }),
  );
  return (request) => {
    const { bids, blocks } = raw.get(request) as {
      readonly bids: Float64Array;
      readonly blocks: readonly Float64Array[][];
    };
    const sums = new Float64Array(CANDIDATES);
    for (const block of blocks) addArrays(sums, block as unknown as Block<Float64Array>);
    const probabilities = new Float64Array(CANDIDATES);
    for (let row = 0; row < CANDIDATES; row++) probabilities[row] = sigmoid(sums[row] as number);
    const scores = new Float64Array(CANDIDATES);
    for (let row = 0; row < CANDIDATES; row++)
      scores[row] = (probabilities[row] as number) * (1 + (bids[row] as number));
    return topRows(CANDIDATES, WINNERS, (row) => scores[row] as number).map((row) => ({
      id: row,
      score: scores[row] as number,
    }));
  };
}

function addArrays(sums: Float64Array, [a, b, c, d, e]: Block<Float64Array>): void {
  const at = (array: Float64Array, row: number): number => array[row] as number;
  for (let row = 0; row < sums.length; row++) {
    sums[row] = at(sums, row) + (at(a, row) + at(b, row)) + (at(c, row) + at(d, row)) + at(e, row);
  }
}

function rowsOf(column: F64Column): Float64Array {
  return Float64Array.from({ length: column.length }, (_, row) => column.at(row));
}

function addColumns(sums: Float64Array, [a, b, c, d, e]: Block<F64Column>): void {
  for (let row = 0; row < sums.length; row++) {
    sums[row] = (sums[row] as number) + (a.at(row) + b.at(row)) + (c.at(row) + d.at(row)) + e.at(row);
  }
}

/** The chosen layout: candidates arrive as columns, each stage appends one, top-k at the end. */
function columnar(options: { readonly checkedShare: number }): PayloadExecutor {
  const kinds = Object.fromEntries(FEATURE_NAMES.map((name) => [name, "f64" as const]));
  const Candidates = slot("candidates", candidateBatchSchema(kinds), { owner });
  const aligned = columnSchema("f64", { of: Candidates });
  const Margin = slot("margin", aligned, { owner });
  const Probability = slot("probability", aligned, { owner });
  const Score = slot("score", aligned, { owner });
  const base = { owner, purpose: "one stage of the payload workload" } as const;
  const nodes = {
    retrieve: node({
      ...base,
      reads: [Request],
      writes: [Candidates],
      run: ({ request }) => ({ candidates: arrived.get(request) as never }),
    }),
    rank: node({
      ...base,
      reads: [Candidates],
      writes: [Margin],
      run: ({ candidates }) => {
        const column = (name: string): F64Column => candidates.column(name) as F64Column;
        const sums = new Float64Array(candidates.size);
        for (const [a, b, c, d, e] of NAME_BLOCKS) {
          addColumns(sums, [column(a), column(b), column(c), column(d), column(e)]);
        }
        return { margin: F64Column.from(sums) };
      },
    }),
    calibrate: node({
      ...base,
      reads: [Margin],
      writes: [Probability],
      run: ({ margin }) => {
        const probability = new F64Writer(margin.length);
        for (let row = 0; row < margin.length; row++) probability.set(row, sigmoid(margin.at(row)));
        return { probability: probability.seal() };
      },
    }),
    auction: node({
      ...base,
      reads: [Candidates, Probability],
      writes: [Score],
      run: ({ candidates, probability }) => {
        const bids = candidates.column(`f${BID}`) as F64Column;
        const score = new F64Writer(probability.length);
        for (let row = 0; row < probability.length; row++) score.set(row, probability.at(row) * (1 + bids.at(row)));
        return { score: score.seal() };
      },
    }),
    blend: node({
      ...base,
      reads: [Candidates, Score],
      writes: [Winners],
      run: ({ candidates, score }) => ({
        winners: topRows(score.length, WINNERS, (row) => score.at(row)).map((row) => ({
          id: candidates.ids.at(row),
          score: score.at(row),
        })),
      }),
    }),
    log: node({
      ...base,
      reads: [Winners, Margin],
      writes: [LogLine],
      run: ({ winners, margin }) => ({ logLine: margin.at(0) + winners.length }),
    }),
  };
  return open(
    graph({ name: `columns-${COPY}`, owner, request: [Request], nodes, respond: [Winners, LogLine] }) as never,
    options.checkedShare,
  );
}

/** The contenders of one copy. */
export const contenders = { handSpread, handColumns, objectsAndColumns, columnar };
