/** Every setting of an indexing process, with its bounds and what it is for. */
import { z } from "zod";
import { indexerError } from "../indexer-error.ts";

const url = z.string().min(1);
const schedule = z.string().min(1).nullable();

export const IndexerSettingsSchema = z.strictObject({
  databaseUrl: url.describe("Postgres of the repository, of tasks and of workflows"),
  adsDatabaseUrl: url.describe("Postgres of the advertisers; its user may replicate"),
  kafkaBrokers: z
    .array(z.string().min(1))
    .describe("brokers of the log; none: the log is in the repository's Postgres"),
  kafkaClient: z.enum(["kafkajs", "platformatic"]).describe("client for Kafka"),
  objectStoreUrl: url.describe("where bases are published: file:///folder or s3://bucket/prefix"),
  workFolder: url.describe("where a base is put together before it is published"),
  owner: z.string().min(1).max(60).describe("names this process among the others"),
  slot: z
    .string()
    .regex(/^[a-z0-9_]{1,63}$/)
    .describe("replication slot by which the ads database's changes are read"),
  landingPagesUrl: url.nullable().describe("service that looks at landing pages; null: they stay unknown"),
  baseBuildSchedule: schedule.describe("cron, UTC, five fields: when a base is built; null: by command only"),
  sourceSyncSchedule: schedule.describe("when the ads database is compared with the repository"),
  documentSyncSchedule: schedule.describe("when documents are compared with what handlers make of the rows"),
  refreshSchedule: schedule.describe("when all ads are derived again, and outside services asked anew"),
  garbageSchedule: schedule.describe("when documents of inactive ads, and tombstones, are removed"),
  historySchedule: schedule.describe("when documents are written to the object store as Parquet"),
  syncsRepair: z.boolean().describe("whether scheduled syncs repair what they find; by command an option says it"),
  inFlightMs: z.int().min(1).describe("how long a change may be on its way before a sync misses it, ms"),
  lowWaitingMax: z.int().min(1).describe("work items that may wait in the low lane before batch work adds no more"),
  documentRetentionMs: z.int().min(1).describe("how long a document stays after its ad was archived or deleted, ms"),
  replayWindowMs: z.int().min(1).describe("how long a producer may repeat an old write, and tombstones stay, ms"),
  historyTables: z.array(z.string().min(1)).min(1).describe("entities that a scheduled snapshot holds"),
  snapshotsKept: z.int().min(1).describe("snapshots of the history that are kept"),
  buildThreads: z.int().min(1).max(64).describe("threads of a base build"),
  adsPerPart: z.int().min(1).max(100_000).describe("ads of one part of a base: what a killed build does again"),
  host: z.string().min(1).describe("address of the HTTP surface; anything but loopback needs adminToken"),
  port: z.int().min(0).max(65_535).describe("port of the HTTP surface; 0: any that is free"),
  adminToken: z.string().min(16).nullable().describe("token that calls and metrics ask for; null: this machine only"),
  bodyBytesMax: z
    .int()
    .min(1_024)
    .max(64 * 2 ** 20)
    .describe("largest body of a call"),
  probesFolder: url.nullable().describe("folder of probes, a JSON file each; null: none"),
  probeServers: z
    .array(url)
    .max(100)
    .describe("ad servers that probes ask, http://host:port; they take the same adminToken"),
  checkedShare: z.number().min(0).max(1).describe("share of graph runs that are checked in full"),
  recordShare: z
    .number()
    .min(0)
    .max(1)
    .describe("share of graph runs that dev runs may keep; failed ones always; 0: none"),
  recordFolder: z.string().min(1).nullable().describe("where kept runs go; null: runs/ in workFolder"),
});
export type IndexerSettings = z.infer<typeof IndexerSettingsSchema>;

const DAY_MS = 24 * 3_600_000;

export const INDEXER_DEFAULTS = {
  kafkaBrokers: [],
  kafkaClient: "platformatic",
  slot: "tenon_gateway",
  landingPagesUrl: null,
  baseBuildSchedule: "0 */4 * * *",
  sourceSyncSchedule: "20 * * * *",
  documentSyncSchedule: "40 3 * * *",
  refreshSchedule: "10 2 * * 0",
  garbageSchedule: "50 4 * * *",
  historySchedule: "30 1 * * *",
  syncsRepair: true,
  inFlightMs: 60_000,
  lowWaitingMax: 10_000,
  documentRetentionMs: 90 * DAY_MS,
  replayWindowMs: 14 * DAY_MS,
  historyTables: ["ad_document"],
  snapshotsKept: 30,
  buildThreads: 2,
  adsPerPart: 5_000,
  host: "127.0.0.1",
  port: 0,
  adminToken: null,
  bodyBytesMax: 4 * 2 ** 20,
  probesFolder: null,
  probeServers: [],
  checkedShare: 0.01,
  recordShare: 0,
  recordFolder: null,
} as const satisfies Partial<IndexerSettings>;

/** @throws GraphError TENON1650 with every setting that cannot be used */
export function indexerSettings(given: Partial<IndexerSettings>): IndexerSettings {
  const read = IndexerSettingsSchema.safeParse({ ...INDEXER_DEFAULTS, ...given });
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw indexerError("wrongSetting", `${problems.length} settings of the indexer cannot be used`, {
    detail: problems.join("; "),
    hint: "`tenon doctor` shows every setting with where its value comes from",
  });
}
