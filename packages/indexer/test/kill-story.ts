/** The story that every kill test tells: a day of edits, kills at every stage, a base in the middle, and a comparison at the end. */
import { setTimeout as pause } from "node:timers/promises";
import { rollback } from "@tenon/ad-index/publish";
import type { RunningAdMixer } from "@tenon/admixer";
import { EntityUpdatesHigh, IndexDeltas, ServingControl, SourceChanges } from "@tenon/nodes";
import { expect } from "vitest";
import { lookAtPipeline } from "../src/index.ts";
import { differences, firstDifference, type KillWorld } from "./kill-world.ts";
import type { KillPoint, ProcessSettings } from "./pipeline-points.ts";
import { PATIENCE } from "./pipeline-processes.ts";

type Roles = ProcessSettings["roles"];
export const FRONT: Roles = ["gateway", "updater"];
const BACK: Roles = ["argus", "batch"];

/**
 * A named moment that does not come within this is no moment. What comes to the back waits for the front, which is killed at the same
 * time: two starts of processes and a session of a consumer group may go by without a delta.
 */
const REACHED_MS_MAX = PATIENCE * 90_000;
const EDITS_MIN = 100;
const EDITS_AFTER_ROLLBACK = 30;
const LOOK_MS = 20;
/** Documents of a failure that are looked into. */
const TOLD_MAX = 3;

const at = (name: KillPoint["at"], pass: number, topic?: { readonly name: string }): KillPoint => ({
  ...{ at: name, pass },
  ...(topic && { topic: topic.name }),
});

/**
 * Between what a stage stores and what it says it has stored, on both sides. The first ones of each list are those that every run
 * takes; a long run takes them all.
 */
const FRONT_MOMENTS: readonly KillPoint[] = [
  at("afterAppend", 2, SourceChanges),
  at("afterAppend", 2, EntityUpdatesHigh),
  at("beforeCommit", 5),
  at("beforeAppend", 3, SourceChanges),
  at("beforeAppend", 2, EntityUpdatesHigh),
  at("afterCommit", 9),
  at("afterAppend", 1, ServingControl),
];
const BACK_MOMENTS: readonly KillPoint[] = [
  at("afterAppend", 2, IndexDeltas),
  at("beforeCommit", 7),
  at("beforeAppend", 2, IndexDeltas),
  at("afterCommit", 11),
  at("beforeCommit", 40),
];

/** Of a pair, one process dies at each moment, after the other one was killed wherever it was; both are started again. */
async function killAtMoments(world: KillWorld, roles: Roles, moments: readonly KillPoint[]) {
  const { processes } = world;
  let other = processes.start(roles);
  for (const kill of moments) {
    const [plain, marked] = await Promise.all([other, processes.start(roles, { kill })]);
    // Alone, it takes over whatever one process at a time does.
    await processes.kill(plain);
    if (!(await processes.ends(marked, REACHED_MS_MAX))) {
      const waits = `${roles.join()} does not come to ${JSON.stringify(kill)}`;
      throw new Error(`${waits}: ${JSON.stringify(await lookAtPipeline(world.stores))} ${processes.said.join("")}`);
    }
    expect(marked.signalCode, `${JSON.stringify(kill)}: ${processes.said.join("")}`).toBe("SIGKILL");
    other = processes.start(roles);
  }
  await Promise.all([other, processes.start(roles)]);
}

/** Everything is what the source says, in the repository and in every server. */
export async function expectAllServed(world: KillWorld, servers: readonly RunningAdMixer[], base?: string) {
  const look = await world.quiet();
  expect(look.parked).toBe(0);
  for (const server of servers) {
    await world.served(server, look, base);
    const [found, expected] = await world.compare(server);
    expect(Object.keys(expected.documents).length).toBeGreaterThan(0);
    for (const what of ["documents", "vectors", "served", "scores"] as const) {
      const different = differences(found[what], expected[what]);
      const told = different.stale.map((adId) =>
        firstDifference(found[what][adId], expected[what][adId], String(adId)),
      );
      for (const adId of [...different.lost, ...different.kept, ...different.stale].slice(0, TOLD_MAX))
        told.push(await world.why(adId));
      expect(different, [what, ...told].join("; ")).toEqual({ lost: [], kept: [], stale: [] });
    }
    expect(found).toEqual(expected);
    for (const adId of world.deleted) expect(found.served).not.toHaveProperty(String(adId));
    expect(server.host.feed?.status().rejections.count).toBe(0);
  }
}

/** The whole story. Returns nothing: what is not so fails the test. */
export async function tellTheStory(world: KillWorld, { moments }: { readonly moments: number }): Promise<void> {
  const servers: RunningAdMixer[] = [];
  try {
    const batch = await world.processes.start(["batch"]);
    const first = await world.buildBase();
    await world.processes.kill(batch);
    servers.push(await world.startServer());
    world.play();
    await Promise.all([
      killAtMoments(world, FRONT, FRONT_MOMENTS.slice(0, moments)),
      killAtMoments(world, BACK, BACK_MOMENTS.slice(0, moments)),
    ]);
    // Beside edits that go on.
    const second = await world.buildBase();
    await world.rest();
    const kills = Math.min(moments, FRONT_MOMENTS.length) + Math.min(moments, BACK_MOMENTS.length);
    expect(world.processes.kills).toBeGreaterThanOrEqual(2 * kills);
    expect(world.edits).toBeGreaterThan(EDITS_MIN);
    expect(world.deleted.size).toBeGreaterThan(0);
    // One that has followed all the way, and one that begins with the base.
    servers.push(await world.startServer());
    await expectAllServed(world, servers, second);

    world.play();
    await rollback(world.stores.bases, first, { reason: "the test goes back" });
    for (const edits = world.edits + EDITS_AFTER_ROLLBACK; world.edits < edits; ) await pause(LOOK_MS);
    await world.rest();
    servers.push(await world.startServer());
    await expectAllServed(world, servers, first);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
