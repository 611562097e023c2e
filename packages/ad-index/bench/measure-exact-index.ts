/**
 * Measures the exact index on the generated marketplace (all ads, 32 dimensions): build, the reads of one request, changes.
 * Each request has its own user; medians are per part, so they do not add up exactly to the median of the whole.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-exact-index.ts [requests]
 * Not measured: several snapshots in memory, other work of a server between two reads.
 */
import {
  type AdDocument,
  type AdRequest,
  hourOfDayAt,
  matchesTargeting,
  type TargetingAssignment,
  type UserProfile,
} from "@tenon/ads-model";
import { F32Column } from "@tenon/graph-core";
import {
  categoryRows,
  EMBEDDING_DIMENSIONS,
  embedInterests,
  embedText,
  generateMarketplace,
  generateRequests,
  generateUsers,
  loadCatalogue,
} from "@tenon/marketplace";
import { type AdFilter, type AdIndexSnapshot, buildExactIndex } from "../src/index.ts";

const SEED = 7;
const REQUESTS = Number(process.argv[2] ?? 2_000);
const VECTOR_ADS = 500;
const KEYWORD_ADS = 200;
const COLUMNS = [
  "campaignId",
  "advertiserId",
  "bidPays",
  "bidMicros",
  "cpmMicros",
  "floorMicros",
  "qualityScore",
  "popularity",
  "category",
  "campaignCapPer7Days",
] as const;
const DELTA_ADS = 5_000;

interface Read {
  readonly filter: AdFilter;
  readonly vector: F32Column;
  readonly words: readonly string[];
}

const catalogue = await loadCatalogue();
const { documents, embeddings } = generateMarketplace(catalogue, { seed: SEED });
const version = documents[0]?.embedding.version ?? "";
const users = generateUsers(catalogue, { seed: SEED, count: 500 });
const usersById = new Map(users.map((user) => [user.userId, user]));
const rows = categoryRows(catalogue);
const reads = generateRequests(catalogue, users, { seed: SEED, count: REQUESTS }).map(readOf);

function readOf(request: AdRequest): Read {
  const user = request.userId === undefined ? undefined : usersById.get(request.userId);
  const profile = request.consent.personalisation ? user : undefined;
  // Outside search the words come from the user's strongest interest: the last part of its path.
  const text = request.query ?? profile?.interests[0]?.interest.split("/").at(-1) ?? "coffee shop";
  const vector =
    request.query === undefined
      ? embedInterests(catalogue, (profile ?? users[0])?.interests ?? [], rows)
      : embedText(catalogue, request.query);
  return {
    filter: { targeting: assignmentOf(request, profile), atMs: request.timestampMs ?? 0 },
    vector: F32Column.from(vector),
    words: [text],
  };
}

function assignmentOf(request: AdRequest, user: UserProfile | undefined): TargetingAssignment {
  return {
    country: [request.country],
    region: request.region === undefined ? [] : [request.region],
    device: [request.device],
    surface: [request.surface],
    language: [request.language],
    hourOfDay: [
      hourOfDayAt({ timestampMs: request.timestampMs ?? 0, utcOffsetMinutes: request.utcOffsetMinutes ?? 0 }),
    ],
    keyword: request.query?.toLowerCase().split(/\W+/) ?? [],
    ageBracket: user?.ageBracket == null ? [] : [user.ageBracket],
    gender: user?.gender == null ? [] : [user.gender],
    interest: user?.interests.map(({ interest }) => interest) ?? [],
  };
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length * share)] ?? 0;
}

const lines: string[] = [];
function report(name: string, timesMs: readonly number[]): void {
  const shown = [0.1, 0.5, 0.9].map((share) => `p${share * 100} ${microseconds(percentile(timesMs, share))} us`);
  lines.push(`${name.padEnd(34)} ${shown.join("  ")}`);
}

function microseconds(timeMs: number): string {
  return (timeMs * 1_000).toFixed(1).padStart(8);
}

async function timed<Result>(times: number[], work: () => Result): Promise<Awaited<Result>> {
  const start = performance.now();
  const result = await work();
  times.push(performance.now() - start);
  return result;
}

async function measureReads(title: string, snapshotOf: (place: number) => AdIndexSnapshot): Promise<void> {
  const times = {
    match: [] as number[],
    vectors: [] as number[],
    keywords: [] as number[],
    columns: [] as number[],
    all: [] as number[],
  };
  const eligible: number[] = [];
  for (const [place, { filter, vector, words }] of reads.entries()) {
    const snapshot = snapshotOf(place);
    await timed(times.all, async () => {
      const match = await timed(times.match, () => snapshot.matchTargeting(filter));
      eligible.push(match.eligible);
      const found = await timed(times.vectors, () =>
        snapshot.searchVectors({ vector, embeddingVersion: version, filter, limit: VECTOR_ADS }),
      );
      await timed(times.keywords, () => snapshot.searchKeywords({ words, filter, limit: KEYWORD_ADS }));
      await timed(times.columns, () => snapshot.forwardColumns({ ids: found.ids, columns: COLUMNS }));
    });
  }
  lines.push(
    `${title}: ${documents.length} ads, eligible per request p50 ${percentile(eligible, 0.5)}, p90 ${percentile(eligible, 0.9)}`,
  );
  report("  match targeting", times.match);
  report(`  vectors, top ${VECTOR_ADS}`, times.vectors);
  report(`  keywords, top ${KEYWORD_ADS}`, times.keywords);
  report(`  ${COLUMNS.length} forward columns of them`, times.columns);
  report("  all", times.all);
}

const build = () =>
  buildExactIndex(documents, { embeddings: { version, dimensions: EMBEDDING_DIMENSIONS, rows: embeddings } });
/** Time of this process alone: a full build is long enough to be interrupted by others. */
function cpuMsOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
const buildCpuMs = Array.from({ length: 5 }, () => cpuMsOf(build));
const index = build();
lines.push(
  `build: CPU ${buildCpuMs[0]?.toFixed(0)} ms the first time, then ${percentile(buildCpuMs.slice(1), 0.5).toFixed(0)} ms`,
);

for (const { filter } of reads) index.current().matchTargeting(filter);
await measureReads("warm-up", () => index.current());
lines.length = 1;
await measureReads("base only", () => index.current());

const naiveMs: number[] = [];
for (const { filter } of reads.slice(0, 20))
  await timed(naiveMs, () => documents.filter(({ targeting }) => matchesTargeting(targeting, filter.targeting)).length);
report("naive evaluation of all targets", naiveMs);

const singleMs: number[] = [];
for (let place = 0; place < DELTA_ADS; place++) {
  const document = documents[(place * 7_919) % documents.length] as AdDocument;
  await timed(singleMs, () =>
    index.apply({
      upserts: [{ document: { ...document, version: 2 + Math.floor((place * 7_919) / documents.length) } }],
    }),
  );
}
report("one upsert, visible at once", singleMs);
await measureReads(`after ${DELTA_ADS} single upserts`, () => index.current());
const beforeCompaction = process.cpuUsage();
await index.compact();
const { user, system } = process.cpuUsage(beforeCompaction);
lines.push(`compact: CPU ${((user + system) / 1_000).toFixed(0)} ms`);
process.stdout.write(`${lines.join("\n")}\n`);
