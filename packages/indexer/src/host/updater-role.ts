import { updaterHigh, updaterLow, updaterMedium } from "@tenon/graphs/tasks";
import { PostgresTaskStore, repoWriter, runTasks } from "@tenon/stream-runtime";
import { ROUND_MS, type RoleContext, type RunningRole } from "./role.ts";

export const UPDATER_TASKS = [updaterHigh, updaterMedium, updaterLow];

/** A batch is one write set, which holds 10,000 writes; an update makes at most four. */
const BATCH = {
  high: { recordsMin: 200, recordsMax: 2_000, bytesMax: 8 * 2 ** 20 },
  medium: { recordsMin: 200, recordsMax: 2_000, bytesMax: 8 * 2 ** 20 },
  low: { recordsMin: 200, recordsMax: 1_000, bytesMax: 4 * 2 ** 20 },
};

/** Writes updates to the repository, each lane by itself. */
export async function startUpdater({
  stores,
  clock,
  latency,
  onTrouble,
  onFatal,
  onRun,
}: RoleContext): Promise<RunningRole> {
  const { settings, log, database, repo } = stores;
  const tasks = await runTasks({
    ...{ tasks: UPDATER_TASKS, log, owner: settings.owner, clock, checkedShare: settings.checkedShare, batch: BATCH },
    roundMs: ROUND_MS,
    store: new PostgresTaskStore({ database, write: repoWriter(latency.measuredWrites(repo)) }),
    ...(onRun && { onRun }),
    onHalted: (task, error) => onTrouble(`task ${task.name}`, error),
    onStuck: (task, error) => onFatal(`task ${task.name}`, error),
  });
  return { role: "updater", metricsText: () => tasks.metricsText(), stop: () => tasks.stop() };
}
