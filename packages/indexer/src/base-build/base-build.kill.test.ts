/** A base build whose process dies by `kill -9`, between two parts and while the files of the base are written. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAllServed, FRONT } from "../../test/kill-story.ts";
import { KillWorld } from "../../test/kill-world.ts";
import type { KillPoint } from "../../test/pipeline-points.ts";

const TEST_MAX_MS = 240_000;
const DIES_MS_MAX = 60_000;
const ADS = 100;
const ADS_PER_PART = 10;
const PARTS = 11;
const EDITS = 20;

let world: KillWorld;
beforeAll(async () => {
  world = await KillWorld.begin({ seed: 11, ads: ADS, adsPerPart: ADS_PER_PART });
}, TEST_MAX_MS);
afterAll(() => world.end());

/** Files of the build that is under way. */
async function filesOfBuild(): Promise<readonly string[]> {
  const { workFolder } = world.stores.settings;
  const [build = ""] = await readdir(workFolder);
  return (await readdir(join(workFolder, build), { recursive: true })).toSorted();
}

async function diesAt(kill: KillPoint): Promise<void> {
  // As if the lease of the dead one had ended: nothing here waits half a minute for it.
  await world.stores.database.execute("update indexer_run set lease_until_ms = 0 where state = 'running'");
  const process = await world.processes.start(["batch"], { kill });
  expect(await world.processes.ends(process, DIES_MS_MAX)).toBe(true);
}

test(
  "a killed build goes on with the parts that are there, and its base and the deltas are the rows",
  async () => {
    const { processes, stores } = world;
    const front = await processes.start([...FRONT, "argus"]);
    const id = await stores.runs.ask({ workflow: "base-build" });
    // The plan is a step, then each part.
    await diesAt({ at: "afterStep", pass: 3 });
    expect(processes.kills).toBe(1);
    // The thread is not told: it may be some parts further than the process that has died.
    const parts = (await filesOfBuild()).filter((file) => !file.endsWith(".unfinished"));
    expect(parts.slice(0, 2)).toEqual(["part-000000", "part-000001"]);
    expect(parts.length).toBeLessThan(PARTS);
    expect(await stores.bases.list("")).toEqual([]);

    // What changes now is in parts of the next snapshot, and comes again as deltas from the first watermark on.
    for (let edit = 0; edit < EDITS; edit++) await world.edit();
    await world.quiet();
    await diesAt({ at: "whileAssembling", pass: 1 });
    expect(processes.kills).toBe(2);
    const files = await filesOfBuild();
    expect(files).toEqual(expect.arrayContaining(["files", "part-000000", "part-000010"]));
    expect(files).not.toContain("files/build.json");
    expect(await stores.bases.list("")).toEqual([]);

    await stores.database.execute("update indexer_run set lease_until_ms = 0 where state = 'running'");
    const batch = await processes.start(["batch"]);
    const built = await world.builtBy(id as number);
    const [run] = await stores.runs.runs({ workflow: "base-build", runsMax: 1 });
    expect(run).toMatchObject({ state: "done", attempts: 3, result: { base: built, watermark: 0 } });
    expect(await readdir(stores.settings.workFolder)).toEqual([]);
    const ofKilled = await world.startServer();
    const rebuilt = await world.buildBase();
    const ofRebuilt = await world.startServer();
    try {
      const look = await world.quiet();
      await world.served(ofRebuilt, look, rebuilt);
      await expectAllServed(world, [ofKilled, ofRebuilt]);
    } finally {
      await ofKilled.stop();
      await ofRebuilt.stop();
    }
    await processes.kill(batch);
    await processes.kill(front);
  },
  TEST_MAX_MS,
);
