/**
 * Every role twice, as processes of `tenon up`; a day of edits; one of each role killed with -9 in turn, and started again; and
 * everything compared with the source at the end.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { RunningAdMixer } from "@tenon/admixer";
import { PostgresOperations } from "@tenon/stream-runtime";
import { expect } from "vitest";
import type { PipelineLook } from "../src/index.ts";
import { expectAllServed } from "./kill-story.ts";
import { KillWorld } from "./kill-world.ts";
import { ownPostgres } from "./own-postgres.ts";
import { PATIENCE } from "./pipeline-processes.ts";
import { RoleProcess } from "./role-process.ts";

export interface RolesStory {
  readonly seed: number;
  readonly ads: number;
  readonly kafkaBrokers?: readonly string[];
  /** Roles of each process; two processes of each are started. */
  readonly processes: readonly (readonly string[])[];
}

/** What a killed process held has gone to another one by then, ms. */
const MOVED_MS_MAX = PATIENCE * 60_000;
const LOOK_MS = 50;
const EDITS_MIN = 100;
const SERVING = "admixer";

export async function tellOfRoles({ processes, kafkaBrokers = [], ...size }: RolesStory): Promise<void> {
  const postgres = await ownPostgres();
  try {
    // As `tenon up` calls it.
    const slot = "tenon_gateway";
    const world = await KillWorld.begin({ ...size, kafkaBrokers, newDatabase: postgres.newDatabase, slot });
    try {
      await played(world, processes);
    } finally {
      await world.end();
    }
  } finally {
    await postgres.stop();
  }
}

async function played(world: KillWorld, processes: RolesStory["processes"]): Promise<void> {
  const running: RoleProcess[] = [];
  const follower: RunningAdMixer[] = [];
  let born = 0;
  const start = async (roles: readonly string[]) => {
    const started = await RoleProcess.start({ roles, ...settingsOf(world, roles, born++) });
    running.push(started);
    return started;
  };
  try {
    const [indexing, serving] = [false, true].map((serves) =>
      processes.filter((each) => each.includes(SERVING) === serves),
    );
    for (const roles of indexing ?? []) await Promise.all([start(roles), start(roles)]);
    // Ad servers begin with a base.
    await world.buildBase();
    for (const roles of serving ?? []) await Promise.all([start(roles), start(roles)]);
    follower.push(await world.startServer());
    world.play();
    for (const roles of processes) {
      const twins = running.filter((each) => each.roles === roles);
      const victim = await holderOf(world, twins);
      running.splice(running.indexOf(victim), 1);
      await victim.kill();
      // The other one of the pair goes on with all of it, before there are two again.
      await moved(world, victim);
      if (roles.includes("batch")) await world.buildBase();
      await start(roles);
    }
    const base = await world.buildBase();
    await world.rest();
    expect(world.edits).toBeGreaterThan(EDITS_MIN);
    follower.push(await world.startServer());
    await expectAllServed(world, follower, base);
    const look = await world.quiet();
    const servers = running.filter((each) => each.roles.includes(SERVING));
    expect(servers).toHaveLength(2);
    const versions = await Promise.all(servers.map((server) => versionsOf(world, server, { look, base })));
    const expected = versionsHeld(follower[0] as RunningAdMixer, world);
    expect(Object.keys(expected).length).toBeGreaterThan(0);
    for (const found of versions) expect(found).toEqual(expected);
    // Told to, each ends well: what it had to do is done, and it says so by its exit code.
    const codes = await Promise.all(running.splice(0).map(async (each) => [each.roles.join(), await each.stop()]));
    for (const [roles, code] of codes) expect([roles, code]).toEqual([roles, 0]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${running.map((each) => each.said).join("\n")}`, { cause: error });
  } finally {
    await Promise.all(follower.map((server) => server.stop()));
    await Promise.all(running.map((each) => each.kill()));
  }
}

function settingsOf({ stores }: KillWorld, roles: readonly string[], number: number) {
  const { databaseUrl, adsDatabaseUrl, kafkaBrokers, objectStoreUrl, workFolder } = stores.settings;
  const brokers = kafkaBrokers.join(",");
  const folder = new URL(".", `file://${workFolder}`).pathname;
  if (!roles.includes(SERVING))
    return {
      folder,
      environment: {
        ...{ DATABASE_URL: databaseUrl, ADS_DATABASE_URL: adsDatabaseUrl, OBJECT_STORE_URL: objectStoreUrl },
        ...(brokers !== "" && { KAFKA_BROKERS: brokers }),
      },
    };
  return {
    folder,
    environment: {
      ...{ TENON_AD_SOURCE: "pipeline", TENON_INDEX_STORE: objectStoreUrl, TENON_BASE_POLL_MS: "100" },
      TENON_INDEX_LOG: brokers === "" ? databaseUrl : `kafka://${brokers}`,
    },
    flags: ["--users-count", "20", "--data-folder", `${folder}/served-${number}`],
  };
}

/** Of a pair the one that holds more of what only one can hold: the feed, the change log, then partitions. */
async function holderOf(world: KillWorld, twins: readonly RoleProcess[]): Promise<RoleProcess> {
  const held = await Promise.all(twins.map((each) => heldBy(world, each)));
  const most = twins[held.indexOf(Math.max(...held))] as RoleProcess;
  // An ad server and a workflow's host hold nothing while nobody asks.
  if (most.roles.some((role) => ["gateway", "updater", "argus"].includes(role)))
    expect(Math.max(...held)).toBeGreaterThan(0);
  return most;
}

/** Owners are called `<host>-<pid>`. */
async function heldBy({ stores }: KillWorld, { pid }: RoleProcess): Promise<number> {
  const partitions = await new PostgresOperations(stores.database).status();
  const leases = await stores.database.query<{ owner: string }>("select owner from stream_pump");
  return [...partitions, ...leases].filter(({ owner }) => owner?.endsWith(`-${pid}`)).length;
}

async function moved(world: KillWorld, killed: RoleProcess): Promise<void> {
  for (const untilMs = Date.now() + MOVED_MS_MAX; Date.now() < untilMs; await pause(LOOK_MS))
    if ((await heldBy(world, killed)) === 0) return;
  throw new Error(`what ${killed.roles} held has not moved in ${MOVED_MS_MAX} ms`);
}

/** Versions of all ads that an ad server of its own process shows, once it has what is published. */
async function versionsOf(
  world: KillWorld,
  { url }: RoleProcess,
  { look, base }: { readonly look: PipelineLook; readonly base: string },
): Promise<Readonly<Record<number, number | null>>> {
  const asked = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<never>;
  for (const untilMs = Date.now() + MOVED_MS_MAX; ; await pause(LOOK_MS)) {
    const status: {
      readonly base: { readonly name: string } | null;
      readonly deltas: { readonly nextOffset: number };
    } = await asked("/v1/index");
    if (status.deltas.nextOffset >= look.deltasEnd && status.base?.name === base) break;
    if (Date.now() > untilMs) throw new Error(`${url} does not come to ${look.deltasEnd}: ${JSON.stringify(status)}`);
  }
  const entries = await Promise.all(
    idsOf(world).map(async (adId) => {
      const { version }: { readonly version: number | null } = await asked(`/v1/index/ads/${adId}`);
      return [adId, version] as const;
    }),
  );
  return Object.fromEntries(entries);
}

function versionsHeld({ host }: RunningAdMixer, world: KillWorld): Readonly<Record<number, number | null>> {
  const feed = host.feed as NonNullable<typeof host.feed>;
  return Object.fromEntries(idsOf(world).map((adId) => [adId, feed.freshnessOf(adId).version]));
}

/** Of the beginning, those that were deleted, and those that came. */
function idsOf({ marketplace, deleted, created }: KillWorld): readonly number[] {
  return [...new Set([...marketplace.ads.map(({ adId }) => adId), ...created, ...deleted])];
}
