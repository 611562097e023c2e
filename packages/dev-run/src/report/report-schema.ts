/**
 * `report.json`: one value that every rendering is made of. Readers (the studio, scripts) check `format` first; a field
 * that changes its meaning raises it.
 *
 * Rates are shares from 0 to 1. Times are ms, money is micros. Confidence intervals are 95 %.
 */
import { z } from "zod";

export const REPORT_FORMAT = "tenon.report/1";

const Count = z.int().min(0);
const Share = z.number().min(0).max(1);
/** Left out where the row or the field is in the other version alone. */
const Cell = z.unknown().optional();

const PlaceSchema = z.strictObject({ file: z.string(), line: z.int(), column: z.int() });

export const CauseSchema = z.strictObject({
  kind: z.enum(["code", "contract", "config", "model", "upstream", "nondeterminism", "unexplained"]),
  detail: z.string(),
});

const ExampleSchema = z.strictObject({ requestId: z.string(), row: z.string(), base: Cell, head: Cell });

export const FieldSchema = z.strictObject({
  slot: z.string(),
  path: z.string(),
  type: z.enum(["number", "text", "flag", "mixed"]),
  entriesCompared: Count,
  entriesChanged: Count,
  cellsCompared: Count,
  cellsChanged: Count,
  cellsOnlyInBase: Count,
  cellsOnlyInHead: Count,
  noiseRate: Share,
  /** Rate of changed entries less the noise, at least 0. */
  netRate: Share,
  nullRateBase: Share,
  nullRateHead: Share,
  psi: z.number().nullable(),
  ks: Share.nullable(),
  topChurn: Share.nullable(),
  absoluteErrorMax: z.number().nullable(),
  relativeErrorMax: z.number().nullable(),
  /** In words: `exact`, `relative 1e-9`, `4 ulp`, `as a set`. */
  tolerance: z.string(),
  firstNode: z.string(),
  /** What `row` of an example is: the id of an ad, or a place in a list. */
  rowsAre: z.enum(["ads", "places"]).optional(),
  examples: z.array(ExampleSchema).max(3),
});

export const FindingSchema = z.strictObject({
  /** `F1`, in the order in which they are told. */
  id: z.string().regex(/^F\d+$/),
  kind: z.enum([
    ...(["values", "graph", "contract", "performance", "failure", "documents", "safety", "incomplete"] as const),
    ...(["expectation", "metrics"] as const),
  ]),
  severity: z.enum(["fail", "review", "expected"]),
  /** Why its team lets it pass, where it is green for that. */
  gate: z.string().optional(),
  /** One sentence: what, where, whose. */
  title: z.string(),
  graph: z.string(),
  /** The node where it begins; the slot or resource where there is none. */
  node: z.string(),
  owner: z.string(),
  place: PlaceSchema.nullable(),
  causes: z.array(CauseSchema),
  entriesAffected: Count,
  entriesCompared: Count,
  /** Nodes behind it that gave something else, in the order of the graph. */
  downstream: z.array(z.strictObject({ node: z.string(), owner: z.string() })),
  /** What reaches the answer, in words; empty where nothing does. */
  effect: z.array(z.string()),
  fields: z.array(FieldSchema),
  fieldsMore: Count,
  /** Runs to look at, the smallest first. */
  examples: z.array(z.string()),
  reproduce: z.array(z.string()),
  approve: z.string(),
});

const CountChangeSchema = z.strictObject({ base: Count, head: Count });

const MetricSchema = z.strictObject({
  name: z.string(),
  unit: z.string(),
  n: Count,
  base: z.number(),
  head: z.number(),
  delta: z.number(),
  deltaShare: z.number().nullable(),
  low: z.number(),
  high: z.number(),
  /** Adjusted over all metrics (Benjamini-Hochberg). */
  q: Share,
  test: z.enum(["mcNemar", "pairedBootstrap"]),
  /** `< 3/n at 95 %` where nothing differed. */
  note: z.string(),
  segment: z.strictObject({ name: z.string(), delta: z.number(), n: Count }).nullable(),
});

const VersionSchema = z.strictObject({ name: z.string(), commit: z.string(), changed: z.boolean() });

/** Means of one change of a source row. */
const IndexingCostSchema = z.strictObject({
  /** Runs of handlers, groups of rows that they wrote, messages that they sent. */
  ...{
    runs: z.number().min(0),
    writes: z.number().min(0),
    messages: z.number().min(0),
    messageBytes: z.number().min(0),
  },
  /** Handlers in a row, each reading what the one before it writes, up to the document. */
  hops: z.number().min(0),
  chain: z.array(z.string()),
  /** Processor time of one run of each handler of the chain, and of all runs, ms: graphs alone, no store, no log, no waiting. */
  chainMs: z.number().min(0),
  workMs: z.number().min(0),
});

/** The recorded changes brought to the head's handlers as a host would, against a base made of the rows at the end. */
const IndexingSchema = z.strictObject({
  ...{ changes: Count, groupsCompared: Count, documentsCompared: Count, differentCount: Count },
  different: z.array(
    z.strictObject({
      ...{ handler: z.string(), owner: z.string(), what: z.string(), key: z.string(), path: z.string() },
      ...{ deltas: z.string(), base: z.string() },
    }),
  ),
  failures: z.array(
    z.strictObject({
      ...{ path: z.enum(["deltas", "base"]), handler: z.string(), key: z.string(), reason: z.string() },
    }),
  ),
  /** By kind of change, the first load left out; `null` where a version was brought none of that kind. */
  costs: z.array(
    z.strictObject({
      ...{ kind: z.string(), changes: Count },
      ...{ base: IndexingCostSchema.nullable(), head: IndexingCostSchema.nullable() },
    }),
  ),
});

export const ReportSchema = z.strictObject({
  format: z.literal(REPORT_FORMAT),
  verdict: z.strictObject({
    outcome: z.enum(["PASS", "NEEDS REVIEW", "FAIL", "INCOMPLETE"]),
    sentence: z.string(),
    counts: z.strictObject({
      entriesCompared: Count,
      entriesChanged: Count,
      requestsCompared: Count,
      requestsChanged: Count,
      adsGained: Count,
      adsLost: Count,
      documentsChanged: Count,
      contractChanges: Count,
      incomplete: Count,
    }),
    base: VersionSchema,
    head: VersionSchema,
    graphs: z.array(z.strictObject({ name: z.string(), baseHash: z.string(), headHash: z.string() })),
    corpora: z.array(
      z.strictObject({ name: z.string(), path: z.string(), hash: z.string(), madeBy: z.string(), entries: Count }),
    ),
    seed: z.int(),
    durationMs: z.number().min(0),
  }),
  owners: z.array(
    z.strictObject({
      owner: z.string(),
      changed: z.array(z.string()),
      affected: z.array(z.string()),
      findings: z.array(z.string()),
      worst: z.string(),
      approve: z.string(),
    }),
  ),
  graphDiff: z.strictObject({
    nodes: z.array(
      z.strictObject({
        graph: z.string(),
        node: z.string(),
        owner: z.string(),
        change: z.enum(["added", "removed", "changed", "code", "upstream"]),
        what: z.string(),
        causes: z.array(CauseSchema.shape.kind),
      }),
    ),
    slots: z.array(
      z.strictObject({
        graph: z.string(),
        slot: z.string(),
        owner: z.string(),
        change: z.string(),
        leaves: z.boolean(),
      }),
    ),
    edges: z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()) }),
    mermaid: z.string(),
    filesChanged: z.array(z.strictObject({ file: z.string(), owner: z.string() })),
  }),
  safety: z.strictObject({
    lines: z.array(z.strictObject({ what: z.string(), outcome: z.enum(["ok", "fail", "review"]), detail: z.string() })),
    servedNotLogged: Count,
  }),
  metrics: z.array(MetricSchema),
  fields: z.array(FieldSchema),
  rankings: z.strictObject({
    lists: Count,
    listsChanged: Count,
    overlapAt1: Share,
    overlapAt4: Share,
    kendallTau: z.number().nullable(),
    rankBiasedOverlap: Share,
    changes: z.array(
      z.strictObject({ requestId: z.string(), adId: z.int(), change: z.enum(["entered", "left"]), why: z.string() }),
    ),
    changesMore: Count,
  }),
  documents: z.strictObject({
    runs: Count,
    added: Count,
    removed: Count,
    changed: Count,
    bytes: CountChangeSchema,
    columns: z.array(
      z.strictObject({
        handler: z.string(),
        column: z.string(),
        owner: z.string(),
        documents: Count,
        example: z.string(),
      }),
    ),
    handlers: z.array(
      z.strictObject({ handler: z.string(), owner: z.string(), change: z.string(), documents: CountChangeSchema }),
    ),
    convergence: z.strictObject({ outcome: z.enum(["equal", "different", "notChecked"]), detail: z.string() }),
    indexing: IndexingSchema.nullable().optional(),
  }),
  performance: z.strictObject({
    rounds: Count,
    entries: Count,
    rows: z.array(
      z.strictObject({
        graph: z.string(),
        /** A node, or `end to end`. */
        what: z.string(),
        owner: z.string(),
        unit: z.enum(["ms", "kB"]),
        base: z.strictObject({ p50: z.number(), p90: z.number(), p99: z.number(), mean: z.number() }),
        head: z.strictObject({ p50: z.number(), p90: z.number(), p99: z.number(), mean: z.number() }),
        delta: z.number(),
        low: z.number(),
        high: z.number(),
        budget: z.number(),
        flagged: z.boolean(),
      }),
    ),
    rowsMore: Count,
    criticalPath: z.array(z.strictObject({ graph: z.string(), base: z.array(z.string()), head: z.array(z.string()) })),
  }),
  trust: z.strictObject({
    strata: z.array(z.strictObject({ graph: z.string(), stratum: z.string(), entries: Count })),
    nodesNotCovered: z.array(z.strictObject({ graph: z.string(), node: z.string(), runs: Count })),
    reasonsNotCovered: z.array(z.strictObject({ reason: z.string(), drops: Count })),
    noise: z.array(
      z.strictObject({
        graph: z.string(),
        node: z.string(),
        owner: z.string(),
        entries: Count,
        slots: z.array(z.string()),
        /** `slot.path` and the share of entries in which it differed. */
        fields: z.array(z.strictObject({ field: z.string(), rate: Share })).optional(),
      }),
    ),
    /** Gates of teams, in words. */
    gates: z.array(z.strictObject({ owner: z.string(), gates: z.array(z.string()) })).optional(),
    ignored: z.array(
      z.strictObject({ field: z.string(), owner: z.string(), reason: z.string(), until: z.string(), applied: Count }),
    ),
    incomplete: z.array(
      z.strictObject({ graph: z.string(), node: z.string(), why: z.string(), entries: Count, example: z.string() }),
    ),
    sampled: z.string(),
  }),
  expected: z.array(
    z.strictObject({
      field: z.string(),
      direction: z.string(),
      bound: z.number().nullable(),
      finding: z.string().nullable(),
    }),
  ),
  findings: z.array(FindingSchema),
  next: z.array(z.string()),
});

export type Report = z.infer<typeof ReportSchema>;
export type Finding = z.infer<typeof FindingSchema>;
export type Field = z.infer<typeof FieldSchema>;
export type Cause = z.infer<typeof CauseSchema>;
export type Metric = z.infer<typeof MetricSchema>;
