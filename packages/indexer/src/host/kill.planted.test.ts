/** What the kill test would say of a pipeline that breaks its promises: each planted bug is noticed. */

import { IndexDeltas, SourceChanges } from "@tenon/nodes";
import { expect, test } from "vitest";
import { expectAllServed, FRONT } from "../../test/kill-story.ts";
import { differences, KillWorld } from "../../test/kill-world.ts";
import type { Plant, ProcessSettings } from "../../test/pipeline-points.ts";

const TEST_MAX_MS = 240_000;
const DIES_MS_MAX = 60_000;
const EDITS = 25;

test("planted: removed, acknowledged or committed before it is stored", { timeout: TEST_MAX_MS }, async () => {
  const world = await KillWorld.begin({ seed: 5, ads: 60 });
  const { processes } = world;
  let server: Awaited<ReturnType<KillWorld["startServer"]>> | undefined;
  try {
    const batch = await processes.start(["batch"]);
    await world.buildBase();
    await processes.kill(batch);
    const following = await world.startServer();
    server = following;
    /** Ads that are not what they must be: in the index, and in the repository. */
    const wrong = async () => {
      const look = await world.quiet();
      await world.served(following, look);
      const [found, expected] = await world.compare(following);
      const of = (what: "served" | "documents") => Object.values(differences(found[what], expected[what])).flat();
      return { served: of("served"), documents: of("documents") };
    };
    /** Edits while a planted process works until it dies, if it does; then one without the bug takes its place. */
    const planted = async (roles: ProcessSettings["roles"], plant: Plant) => {
      const liar = await processes.start(roles, { plant });
      for (let edit = 0; edit < EDITS; edit++) await world.edit();
      if (plant.kind === "unstoredAppend") expect(await processes.ends(liar, DIES_MS_MAX)).toBe(true);
      else await world.quiet();
      await processes.kill(liar);
      return processes.start(roles);
    };

    const front = await processes.start(FRONT);
    await planted(["argus"], { kind: "unstoredAppend", topic: IndexDeltas.name });
    const unsent = await wrong();
    expect(unsent.served).not.toEqual([]);
    expect(unsent.documents).toEqual([]);

    await processes.kill(front);
    const [gateway, updater] = [["gateway"], ["updater"]] as const;
    const updating = await processes.start(updater);
    await planted(gateway, { kind: "unstoredAppend", topic: SourceChanges.name });
    const unheard = await wrong();
    expect(unheard.documents).not.toEqual([]);

    await processes.kill(updating);
    await planted(updater, { kind: "unwrittenRows" });
    const known = new Set(unheard.documents);
    expect((await wrong()).documents.filter((adId) => !known.has(adId))).not.toEqual([]);
    await expect(expectAllServed(world, [following])).rejects.toThrow(/documents/);
  } finally {
    await server?.stop();
    await world.end();
  }
});
