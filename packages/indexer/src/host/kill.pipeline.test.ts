/** The whole pipeline, as processes that are killed with -9 at every stage: nothing is lost, nothing is stale, what is gone stays gone. */
import { test } from "vitest";
import { tellTheStory } from "../../test/kill-story.ts";
import { KillWorld } from "../../test/kill-world.ts";

const LONG = process.env.TENON_LONG !== undefined;
const SEED = Number(process.env.TENON_SEED ?? 11);
const TEST_MAX_MS = LONG ? 1_800_000 : 300_000;

test("killed at named moments and at random: base and deltas are what the source says, also after a rollback", {
  timeout: TEST_MAX_MS,
}, async () => {
  const world = await KillWorld.begin({ seed: SEED, ads: LONG ? 600 : 120 });
  try {
    await tellTheStory(world, { moments: LONG ? 7 : 3 });
  } finally {
    await world.end();
  }
});
