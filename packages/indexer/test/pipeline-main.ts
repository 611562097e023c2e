/** A process of the pipeline for tests that kill it. Its settings come as one JSON argument. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { indexerSettings, openStores, startIndexer } from "../src/index.ts";
import type { KillPoint, ProcessSettings } from "./pipeline-points.ts";

const { roles, kill, plant, kafkaBrokers, ...settings } = JSON.parse(process.argv[2] as string) as ProcessSettings;
/** Time for a lie to be believed: an acknowledgement or a delete follows at once. */
const LIE_MS = 1_000;
const PLANTED_BATCH = 2;
let passes = 0;

function reached(at: KillPoint["at"], topics: readonly string[] = []): void {
  if (kill?.at !== at || (kill.topic !== undefined && !topics.includes(kill.topic))) return;
  if (++passes === kill.pass) process.kill(process.pid, "SIGKILL");
}

/** Methods in place of an object's own. */
function replacing<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get: (_, name) => {
      const replaced = methods[name as keyof Target];
      if (replaced !== undefined) return replaced;
      const own = target[name as keyof Target];
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

const opened = await openStores(indexerSettings({ ...settings, kafkaBrokers: [...kafkaBrokers] }), process.env);
const database = replacing(opened.database, {
  transaction: async (work, options) => {
    const result = await opened.database.transaction(async (tx) => {
      const made = await work(tx);
      reached("beforeCommit");
      return made;
    }, options);
    reached("afterCommit");
    return result;
  },
});
const log = replacing(opened.log, {
  append: async (records) => {
    const topics = records.map(({ topic }) => topic);
    reached("beforeAppend", topics);
    if (plant?.kind === "unstoredAppend" && topics.includes(plant.topic)) {
      setTimeout(() => process.kill(process.pid, "SIGKILL"), LIE_MS);
      return records.map(({ topic, partition }) => ({ topic, partition, offset: 0 })) as never;
    }
    const appended = await opened.log.append(records);
    reached("afterAppend", topics);
    return appended;
  },
});
let batches = 0;
const repo = replacing(opened.repo, {
  write: (async (tx, writeSet) =>
    plant?.kind === "unwrittenRows" && ++batches % PLANTED_BATCH === 0
      ? opened.repo.write(tx, {})
      : opened.repo.write(tx, writeSet)) as typeof opened.repo.write,
});
const runs = replacing(opened.runs, {
  step: async (run, progress, leaseMs) => {
    await opened.runs.step(run, progress, leaseMs);
    reached("afterStep");
  },
});
// The thread that assembles is at work while this one waits for it.
if (kill?.at === "whileAssembling")
  setInterval(() => {
    const builds = existsSync(settings.workFolder) ? readdirSync(settings.workFolder) : [];
    if (builds.some((build) => existsSync(join(settings.workFolder, build, "files")))) reached("whileAssembling");
  }, 1).unref();
const stores = { ...opened, database, log, repo, runs };
const running = await startIndexer({
  ...{ stores, roles },
  onTrouble: (what, error) => process.stderr.write(`${settings.owner}: ${what}: ${error.message}\n`),
  onFatal: (what, error) => {
    process.stderr.write(`${settings.owner}: fatal: ${what}: ${error.message}\n`);
    process.exit(1);
  },
});
process.stdout.write("running\n");
process.on("SIGTERM", () => {
  void running
    .stop()
    .then(() => opened.close())
    .then(() => process.exit(0));
});
