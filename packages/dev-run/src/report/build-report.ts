/** Two versions in, one report out. Reads as the table of contents of the report. */
import { codeChanges } from "../compare/code-changes.ts";
import { type Compared, compareRuns, runOnce } from "../compare/compared.ts";
import type { OwnTolerances } from "../compare/field-rules.ts";
import { graphChanges } from "../compare/graph-changes.ts";
import { type RanBase, runBase, settledTogether } from "../compare/ran-base.ts";
import { rootGroups, withSharedReason } from "../compare/root-groups.ts";
import type { VersionFolder } from "../versions/version-process.ts";
import { type ExpectedChanges, judge } from "./expected-changes.ts";
import { fileOwners } from "./file-owners.ts";
import { causesOf } from "./findings/causes-of.ts";
import { graphFindings } from "./findings/graph-findings.ts";
import { incompleteFindings } from "./findings/incomplete-findings.ts";
import { indexingFindings } from "./findings/indexing-findings.ts";
import { metricFindings } from "./findings/metric-findings.ts";
import { safetyFindings } from "./findings/safety-findings.ts";
import { type Draft, numbered, valueFindings } from "./findings/value-findings.ts";
import { NO_GATES, type OwnerGates } from "./gates/owner-gates.ts";
import { withinGates } from "./gates/within-gates.ts";
import { performance as measured, type PerformanceOptions } from "./performance/performance.ts";
import type { ReportInput } from "./report-input.ts";
import { REPORT_FORMAT, type Report } from "./report-schema.ts";
import { documents } from "./sections/documents.ts";
import { graphDiff } from "./sections/graph-diff.ts";
import { metrics } from "./sections/metrics.ts";
import { nextSteps } from "./sections/next.ts";
import { ownersOf } from "./sections/owners.ts";
import { rankings } from "./sections/rankings.ts";
import { safety } from "./sections/safety.ts";
import { trust } from "./sections/trust.ts";
import { verdictOf } from "./sections/verdict.ts";

export interface ComparedVersion extends VersionFolder {
  readonly commit: string;
  /** It is a working tree with changes that no commit has. */
  readonly changed: boolean;
}

export interface ReportOptions {
  readonly base: ComparedVersion;
  readonly head: ComparedVersion;
  /** As they are given on the command line, for the commands that the report prints. */
  readonly refs: ReportInput["refs"];
  /** Absolute paths of corpus files. */
  readonly corpora: readonly string[];
  /** Folder that printed commands are for; corpora below it are told relative to it. */
  readonly root: string;
  readonly entriesMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly seed: number;
  readonly expected: ExpectedChanges;
  /** What each team lets pass; default: nothing. */
  readonly gates?: OwnerGates;
  /** What the base let pass: a change of it is told. Default: the same. */
  readonly baseGates?: OwnerGates;
  readonly performance: PerformanceOptions;
  /** Told what is being done. */
  readonly onStep?: (step: string) => void;
}

/**
 * Runs both versions over the corpora and reports what differs.
 *
 * @throws GraphError TENON2032 to TENON2035 where a version cannot be run
 */
export async function buildReport(options: ReportOptions): Promise<Report> {
  const startedMs = performance.now();
  options.onStep?.("running the base twice and the head once");
  const [base, head] = await settledTogether([runBase(options.base, options), runOnce(options.head, options)]);
  try {
    return await reportOf(await compareRuns(base, head, tolerancesIn(options.gates)), options, startedMs);
  } finally {
    base.version.end();
  }
}

/**
 * The same with a base that has run already: many heads may be compared with one. The base gets a new process beside each head, which
 * runs what that runs: of two processes the one that ran more has more code optimised, is faster and allocates less.
 */
export async function reportOn(base: RanBase, options: ReportOptions, startedMs = performance.now()): Promise<Report> {
  options.onStep?.("running the head");
  const [beside, head] = await settledTogether([runOnce(options.base, options), runOnce(options.head, options)]);
  try {
    const { version, opened } = beside;
    const compared = await compareRuns({ ...base, version, opened }, head, tolerancesIn(options.gates));
    return await reportOf(compared, options, startedMs);
  } finally {
    beside.version.end();
  }
}

async function reportOf(compared: Compared, options: ReportOptions, startedMs: number): Promise<Report> {
  try {
    return await assemble(compared, options, startedMs);
  } finally {
    compared.headVersion.end();
  }
}

const SEVERITY_ORDER = ["fail", "review", "expected"];

async function assemble(compared: Compared, options: ReportOptions, startedMs: number): Promise<Report> {
  const input = grouped({
    compared,
    groups: rootGroups(compared),
    changes: compared.graphs.map(graphChanges),
    code: await codeChanges(options),
    owners: fileOwners(options.head.root),
    gates: options.gates ?? NO_GATES,
    baseGates: options.baseGates ?? options.gates ?? NO_GATES,
    indexing: await indexingOf(compared, options),
    refs: options.refs,
    corpora: options.corpora.map((path) =>
      path.startsWith(`${options.root}/`) ? path.slice(options.root.length + 1) : path,
    ),
    seed: options.seed,
  });
  options.onStep?.("fetching what differs");
  const values = await valueFindings(input);
  const moved = metrics(input);
  const drafts: Draft[] = [
    ...[...safetyFindings(input), ...indexingFindings(input).filter(({ severity }) => severity === "fail")],
    ...[...values, ...graphFindings(input), ...metricFindings(input, moved)],
    ...[...indexingFindings(input).filter(({ severity }) => severity !== "fail"), ...incompleteFindings(input)],
  ];
  options.onStep?.("measuring both versions in turn");
  const { section: performanceSection, drafts: slower, runMs } = await measured(input, options.performance);
  const today = new Date().toISOString().slice(0, 10);
  const judged = judge(withinGates([...drafts, ...slower], input.gates), options.expected, today);
  // The sort is stable: roots before contracts before times.
  const sorted = judged.drafts.toSorted(
    (one, other) => SEVERITY_ORDER.indexOf(one.severity) - SEVERITY_ORDER.indexOf(other.severity),
  );
  const findings = [...numbered(input, sorted)];
  const diff = graphDiff(input);
  const owners = ownersOf(diff, findings);
  const written = documents(input, runMs);
  const lists = await rankings(input);
  return {
    format: REPORT_FORMAT,
    verdict: verdictOf(input, { findings, documents: written, options, durationMs: performance.now() - startedMs }),
    owners,
    graphDiff: diff,
    safety: safety(input),
    metrics: moved,
    fields: values.flatMap(({ fields }) => fields),
    rankings: lists,
    documents: written,
    performance: performanceSection,
    trust: { ...trust(input), ignored: judged.ignored },
    expected: judged.expected.map(({ draft, ...rest }) => ({
      ...rest,
      finding: (draft && findings[sorted.indexOf(draft)]?.id) ?? null,
    })),
    findings,
    next: nextSteps(input, findings, owners),
  };
}

/** Both versions are asked at the same time; where nothing was recorded of an index, neither is. */
async function indexingOf(
  { entries, baseVersion, headVersion }: Compared,
  { onStep }: ReportOptions,
): Promise<ReportInput["indexing"]> {
  if (!entries.some(({ host }) => host === "indexer")) return { base: [], head: [] };
  onStep?.("building an index by deltas and as a base");
  const [base, head] = await Promise.all([baseVersion.converge(), headVersion.converge()]);
  return { base, head };
}

function tolerancesIn(gates: OwnerGates = NO_GATES): OwnTolerances {
  return Object.fromEntries(Object.entries(gates).map(([owner, { tolerances }]) => [owner, tolerances]));
}

/** A change of one policy that three nodes read is one finding. */
function grouped(input: ReportInput): ReportInput {
  const groups = withSharedReason(input.groups, ({ graph, root }) => {
    const node = graph.nodes.find(({ name }) => name === root);
    const causes = node === undefined ? [] : causesOf(input, graph.name, node);
    const isShared = causes.length > 0 && causes.every(({ kind }) => kind === "model" || kind === "config");
    return isShared ? JSON.stringify(causes) : undefined;
  });
  return { ...input, groups };
}
