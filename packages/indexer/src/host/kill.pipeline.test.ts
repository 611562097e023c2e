/** The whole pipeline, as processes that are killed with -9 at every stage: nothing is lost, nothing is stale, what is gone stays gone. */
import { rollback } from "@tenon/ad-index/publish";
import { expect, test } from "vitest";
import { BACK, BACK_MOMENTS, expectAllServed, FRONT, FRONT_MOMENTS, killAtMoments } from "../../test/kill-story.ts";
import { PipelineWorld } from "../../test/pipeline-world.ts";

const SEED = 11;
const ADS = 120;
const TEST_MAX_MS = 300_000;

test("killed at every named moment and at random: base and deltas are what the source says, also after a rollback", {
  timeout: TEST_MAX_MS,
}, async () => {
  const world = await PipelineWorld.begin({ seed: SEED, ads: ADS });
  const moments = process.env.TENON_LONG === undefined ? Number(process.env.M ?? 3) : FRONT_MOMENTS.length;
  const servers = [];
  const lap = (what: string) => console.log(what, Math.round(performance.now() / 1000));
  try {
    const batch = await world.processes.start(["batch"]);
    const first = await world.buildBase();
    await world.processes.kill(batch);
    servers.push(await world.startServer());
    lap('begun');
    world.play();
    await Promise.all([
      killAtMoments(world, FRONT, FRONT_MOMENTS.slice(0, moments)),
      killAtMoments(world, BACK, BACK_MOMENTS.slice(0, moments)),
    ]);
    lap('killed');
    // Beside edits that go on.
    const second = await world.buildBase();
    expect(second).not.toBe(first);
    await world.rest();
    lap('base');
    expect(world.processes.kills).toBeGreaterThanOrEqual(4 * Math.min(moments, BACK_MOMENTS.length));
    expect(world.edits).toBeGreaterThan(100);
    expect(world.deleted.size).toBeGreaterThan(0);
    // One that has followed all the way, and one that begins with the base.
    servers.push(await world.startServer());
    await expectAllServed(world, servers, second);

    lap('compared');
    world.play();
    await rollback(world.stores.bases, first, { reason: "the test goes back" });
    for (let edits = world.edits + 30; world.edits < edits; ) await new Promise((resolve) => setTimeout(resolve, 20));
    await world.rest();
    servers.push(await world.startServer());
    await expectAllServed(world, servers, first);
  } finally {
    lap("end");
    await Promise.all(servers.map((server) => server.stop()));
    await world.end();
  }
});
