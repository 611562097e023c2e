/** Every setting of the host: its type, its bounds, its default, what it is for. One list for file, environment, flags and help. */
import { z } from "zod";
import { ExperimentLayersSchema } from "../experiments/experiment-layers.ts";

const share = z.number().min(0).max(1);
const bytes = z
  .int()
  .min(1_024)
  .max(2 ** 40);
const waitMs = z.int().min(0).max(600_000);

/** Where a change of the file or the environment takes effect: at the next start. */
export const SettingsSchema = z.strictObject({
  host: z.string().min(1).describe("address to listen on; anything but loopback needs adminToken"),
  port: z.int().min(0).max(65_535).describe("port to listen on; 0 takes a free one"),
  adminToken: z
    .string()
    .min(16)
    .nullable()
    .describe("bearer token for traces, metrics and switches; from the file or TENON_ADMIN_TOKEN, never a flag"),
  deadlineMs: z.int().min(1).max(60_000).describe("time a request has from its arrival to its answer"),
  concurrencyMax: z.int().min(1).max(10_000).describe("requests that run at once"),
  queueMax: z.int().min(0).max(100_000).describe("requests that wait for their turn; one more is refused with 503"),
  bodyBytesMax: bytes.describe("largest request body"),
  drainMaxMs: waitMs.describe("longest time a stop waits for running requests"),
  checkedShare: share.describe("share of requests that run checked and leave a trace"),
  traceKeepMax: z.int().min(0).max(100_000).describe("latest traced requests kept for /v1/trace and /v1/explain"),
  recordShare: share.describe(
    "share of requests of which a run of a stand-in is recorded, rare paths always; 0 records none",
  ),
  recordFolder: z.string().min(1).nullable().describe("where recorded runs go; null: runs/ in dataFolder"),
  qualityTargetMs: z
    .number()
    .min(0.1)
    .max(60_000)
    .describe("latency that 99 of 100 requests should meet; beyond it fewer ads are ranked"),
  qualityMin: z.number().min(0.01).max(1).describe("lowest quality that load shedding goes to"),
  warmUpRequests: z.int().min(0).max(10_000).describe("sample requests run before the host says it is ready"),
  seed: z.int().min(0).max(0xffffffff).describe("seed of campaigns, users and sample requests"),
  adsMax: z.int().min(1).nullable().describe("most ads to load; null loads all, about 55,000"),
  usersCount: z.int().min(1).max(1_000_000).describe("users to generate"),
  dataFolder: z
    .string()
    .min(1)
    .describe("where this host keeps its files: the pseudonym key, and log/ unless logFolder says otherwise"),
  logFolder: z.string().min(1).nullable().describe("where feature log and insertion events go"),
  logFsync: z.enum(["never", "interval", "always"]).describe("when written log bytes are forced to the disk"),
  logSegmentBytesMax: bytes.describe("size at which a log segment is closed and the next begun"),
  logBufferBytesMax: bytes.describe("log bytes that may wait to be written; beyond them requests wait, then get 503"),
  logKeepBytesMax: bytes.describe("log bytes kept on disk; the oldest closed segments go first"),
  logWaitMaxMs: waitMs.describe("longest time a request waits for room in the log"),
  featureLogShare: share.describe("share of requests whose feature log record is written; insertion events always are"),
  logLevel: z.enum(["silent", "error", "warn", "info"]).describe("what is told on standard error"),
  adSource: z
    .enum(["marketplace", "pipeline"])
    .describe("where ads come from: generated here at start, or a published base and the deltas after it"),
  indexStore: z
    .string()
    .min(1)
    .nullable()
    .describe("object store of published bases, file:///folder or s3://bucket/prefix; for adSource pipeline"),
  indexLog: z
    .string()
    .min(1)
    .nullable()
    .describe(
      "log with index-deltas and serving-control, postgres://…, kafka://host:port,… or kafka+tls://user:password@host:port,…; from the file or TENON_INDEX_LOG, never a flag",
    ),
  indexCacheFolder: z
    .string()
    .min(1)
    .nullable()
    .describe("where bases are kept on this machine; null: bases/ in dataFolder"),
  indexShard: z.int().min(0).max(1_023).describe("partition of index-deltas that this host serves"),
  indexWithoutBase: z
    .enum(["wait", "empty"])
    .describe(
      "while no base is published: wait and refuse requests, or serve what the deltas bring from an empty index",
    ),
  indexServing: z
    .enum(["live", "baseOnly"])
    .describe("baseOnly shows requests the base without the deltas after it; budgets and pauses count all the same"),
  basePollMs: z.int().min(100).max(3_600_000).describe("time between two looks for a new base"),
  experiments: ExperimentLayersSchema.describe("layers of experiments; from the file only"),
});

export type Settings = z.infer<typeof SettingsSchema>;
export type SettingName = keyof Settings;
export const SETTING_NAMES = Object.keys(SettingsSchema.shape) as readonly SettingName[];

export const DEFAULT_SETTINGS: Settings = {
  host: "127.0.0.1",
  port: 8787,
  adminToken: null,
  deadlineMs: 100,
  // One thread ranks one request at a time: more in flight only helps where stores are waited for.
  concurrencyMax: 64,
  queueMax: 256,
  bodyBytesMax: 256 * 1_024,
  drainMaxMs: 10_000,
  checkedShare: 0.01,
  traceKeepMax: 256,
  recordShare: 0,
  recordFolder: null,
  qualityTargetMs: 80,
  qualityMin: 0.2,
  // More make the first real requests no cheaper (docs/design/0017, "Measured"), and cost 10 ms of a start each.
  warmUpRequests: 16,
  seed: 1,
  adsMax: null,
  usersCount: 5_000,
  dataFolder: ".tenon/admixer",
  logFolder: null,
  logFsync: "interval",
  logSegmentBytesMax: 64 * 2 ** 20,
  logBufferBytesMax: 64 * 2 ** 20,
  logKeepBytesMax: 2 * 2 ** 30,
  logWaitMaxMs: 50,
  featureLogShare: 1,
  logLevel: "warn",
  adSource: "marketplace",
  indexStore: null,
  indexLog: null,
  indexCacheFolder: null,
  indexShard: 0,
  indexWithoutBase: "wait",
  indexServing: "live",
  basePollMs: 10_000,
  experiments: [],
};

/** Never shown, and never taken from a flag, because flags stand in process lists. */
export const SECRET_SETTINGS: ReadonlySet<SettingName> = new Set(["adminToken", "indexLog"]);
/** Too large for one word: given in the file. */
export const FILE_ONLY_SETTINGS: ReadonlySet<SettingName> = new Set(["experiments"]);
