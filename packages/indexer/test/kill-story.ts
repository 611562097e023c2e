/** The story that every kill test tells: a day of edits, kills at every stage, a base in the middle, and a comparison at the end. */
import type { RunningAdMixer } from "@tenon/admixer";
import { SeededRandom } from "@tenon/event-log/simulation";
import { EntityUpdatesHigh, IndexDeltas, ServingControl, SourceChanges } from "@tenon/nodes";
import { expect } from "vitest";
import type { KillPoint, ProcessSettings } from "./pipeline-points.ts";
import { differences, type PipelineWorld } from "./pipeline-world.ts";

type Roles = ProcessSettings["roles"];
export const FRONT: Roles = ["gateway", "updater"];
export const BACK: Roles = ["argus", "batch"];

/** A named moment that does not come within this is no moment. */
const REACHED_MS_MAX = 30_000;

const at = (name: KillPoint["at"], pass: number, topic?: { readonly name: string }): KillPoint => ({
  ...{ at: name, pass },
  ...(topic && { topic: topic.name }),
});

/** Between what a stage stores and what it says it has stored, on both sides. */
export const FRONT_MOMENTS: readonly KillPoint[] = [
  at("afterAppend", 2, SourceChanges),
  at("beforeAppend", 3, SourceChanges),
  at("beforeCommit", 5),
  at("afterCommit", 9),
  at("beforeAppend", 2, EntityUpdatesHigh),
  at("afterAppend", 2, EntityUpdatesHigh),
  at("afterAppend", 1, ServingControl),
];
export const BACK_MOMENTS: readonly KillPoint[] = [
  at("beforeAppend", 2, IndexDeltas),
  at("afterAppend", 2, IndexDeltas),
  at("beforeCommit", 7),
  at("afterCommit", 11),
  at("beforeCommit", 40),
];

/** One process of the pair dies at each moment, the other one at random; then both are started again. */
export async function killAtMoments(
  { processes }: PipelineWorld,
  roles: Roles,
  moments: readonly KillPoint[],
  random: SeededRandom,
): Promise<void> {
  let other = await processes.start(roles);
  for (const kill of moments) {
    const marked = await processes.start(roles, { kill });
    // Alone, it takes over whatever one process at a time does.
    await processes.kill(other);
    if (!(await processes.ends(marked, REACHED_MS_MAX)))
      throw new Error(`${roles.join()} does not come to ${JSON.stringify(kill)}: ${processes.said.join("")}`);
    expect(marked.signalCode, JSON.stringify(kill)).toBe("SIGKILL");
    other = await processes.start(roles);
    if (random.chance(0.3)) {
      await processes.kill(other);
      other = await processes.start(roles);
    }
  }
  await processes.start(roles);
}

/** Everything is what the source says, in the repository and in every server. */
export async function expectAllServed(world: PipelineWorld, servers: readonly RunningAdMixer[], base?: string) {
  const look = await world.quiet();
  expect(look.parked).toBe(0);
  for (const server of servers) {
    await world.served(server, look, base);
    const [found, expected] = await world.compare(server);
    expect(Object.keys(expected.documents).length).toBeGreaterThan(0);
    for (const what of ["documents", "vectors", "served", "scores"] as const)
      expect(differences(found[what], expected[what]), what).toEqual({ lost: [], kept: [], stale: [] });
    expect(found).toEqual(expected);
    for (const adId of world.deleted) expect(found.served).not.toHaveProperty(String(adId));
    expect(server.host.feed?.status().rejections.count).toBe(0);
  }
}
