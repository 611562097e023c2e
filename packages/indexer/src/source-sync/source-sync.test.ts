import { AdGroupRow, AdRow, AdvertiserRow, CampaignRow, CreativeRow, EntityUpdatesLow } from "@tenon/nodes";
import { read } from "@tenon/storage-repo/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PipelineWorld, waitingBy } from "../../test/pipeline-world.ts";
import type { JsonRecord, Workflow } from "../workflows/workflow.ts";
import { sourceSync } from "./source-sync.ts";

let world: PipelineWorld;
beforeAll(async () => {
  world = await PipelineWorld.open();
}, 120_000);
afterAll(() => world.close());

const sql = (text: string) => world.server.database.execute(text);
const sync = (options: Partial<Parameters<typeof sourceSync>[0]> = {}) =>
  sourceSync({ ...world.stores, inFlightMs: 0, ...options });
const CampaignName = read(CampaignRow, ["name"]);
const GroupTarget = read(AdGroupRow, ["expression", "campaignId"]);
const AdLink = read(AdRow, ["adGroupId"]);

async function firstKeys(table: string, key: string, rows: number): Promise<readonly number[]> {
  const found = await world.server.database.query<{ id: bigint }>(
    `select ${key}::int8 as id from ads.${table} order by ${key} limit ${rows}`,
  );
  return found.map(({ id }) => Number(id));
}

test("a repository that was filled and has come to rest is synced", async () => {
  const { result } = await world.run(sync());
  expect(result).toMatchObject({ unsynced: 0, inFlight: 0, repaired: 0, sourceWentBack: false });
  expect(result["compared"]).toBeGreaterThan(100);
});

test("rows that are missing, older or should be gone are found, named, sent again in the low lane, and synced by that", async () => {
  const [renamed, left] = await firstKeys("campaigns", "campaign_id", 2);
  const [group, bare] = await firstKeys("ad_groups", "ad_group_id", 2);
  const [gone] = await firstKeys("ads", "ad_id", 1);
  await sql(`update ads.campaigns set name = 'Renamed' where campaign_id = ${renamed}`);
  await sql(`delete from ads.targeting where ad_group_id = ${bare}`);
  await sql(`delete from ads.ads where ad_id = ${gone}`);
  await world.damage(CampaignRow, `delete from repo.campaign where id = ${left}`);
  await world.damage(AdGroupRow, `update repo.ad_group set ver_settings = ver_settings - 2 where id = ${group}`);

  const only = await world.run(sync(), { options: { repair: "false" } });
  const versions = { sourceVersion: expect.any(Number), storedVersion: expect.any(Number) };
  expect(only.result).toMatchObject({
    ...{ unsynced: 6, inFlight: 0, repaired: 0, sourceWentBack: false },
    places: {
      campaigns: { older: { documents: 1 }, missing: { documents: 1 } },
      budgets: { missing: { documents: 1 } },
      ad_groups: { older: { documents: 1 } },
      targeting: { extra: { documents: 1 } },
      ads: { extra: { documents: 1 } },
    },
    named: expect.arrayContaining([
      expect.objectContaining({ place: "campaigns", kind: "older", key: renamed, ageMs: expect.any(Number) }),
      expect.objectContaining({ place: "campaigns", kind: "missing", key: left }),
      expect.objectContaining({ place: "targeting", kind: "extra", key: bare }),
      expect.objectContaining({
        ...{ place: "ads", kind: "extra", key: gone },
        facts: { group: "ad.settings", ...versions },
      }),
    ]),
  });

  const sentBefore = await world.ends(EntityUpdatesLow as never);
  const { result } = await world.run(sync());
  expect(result).toMatchObject({ unsynced: 6, repaired: 6 });
  const sent = await world.values(EntityUpdatesLow, sentBefore);
  expect(sent.map(({ entity, group: of, operation }) => `${entity}.${of} ${operation}`).sort()).toEqual([
    ...["ad.settings delete", "ad_group.settings write", "ad_group.targeting delete"],
    ...["campaign.budget write", "campaign.settings write", "campaign.settings write"],
  ]);
  await world.settle();
  expect((await world.run(sync())).result).toMatchObject({ unsynced: 0, repaired: 0 });
  expect((await world.row(CampaignName, renamed as number))?.columns).toEqual({ name: "Renamed" });
  expect((await world.row(CampaignName, left as number))?.columns["name"]).toBeTruthy();
  expect((await world.row(GroupTarget, bare as number))?.columns["expression"]).toBeNull();
  expect(await world.row(AdLink, gone as number)).toBeUndefined();
});

test("a row that is newer in the repository is an alarm, and nothing is sent for it", async () => {
  const [key] = await firstKeys("creatives", "creative_id", 1);
  const [deleted] = await firstKeys("advertisers", "advertiser_id", 1);
  await world.damage(CreativeRow, `update repo.creative set ver_settings = ver_settings + 1000000 where id = ${key}`);
  // A tombstone of a later time than the source's: the source was restored from an older copy.
  await world.damage(
    AdvertiserRow,
    `update repo.advertiser set deleted = true, ver_presence = ver_presence + 1000001 where id = ${deleted}`,
  );
  const alarms: string[] = [];
  const { result } = await world.run(sync({ onAlarm: (what) => alarms.push(what) }));
  expect(result).toMatchObject({
    ...{ unsynced: 2, repaired: 0, sourceWentBack: true },
    places: { creatives: { newer: { documents: 1 } }, advertisers: { newer: { documents: 1 } } },
  });
  expect(alarms).toEqual(["source-sync: 2 rows are newer in the repository than at the source"]);
  await world.damage(CreativeRow, `update repo.creative set ver_settings = ver_settings - 1000000 where id = ${key}`);
  await world.damage(
    AdvertiserRow,
    `update repo.advertiser set deleted = false, ver_presence = ver_presence - 1000001 where id = ${deleted}`,
  );
  await world.settle();
});

test("what is on its way is looked at again, and neither counted nor sent", async () => {
  const [arrives, stays] = await firstKeys("campaigns", "campaign_id", 2);
  await sql(`update ads.campaigns set name = 'On its way' where campaign_id in (${arrives}, ${stays})`);
  let waits = 0;
  const clock = waitingBy(async () => {
    if (waits++ > 0) return;
    await world.tell("campaigns", arrives as number);
    await world.settle();
  });
  const { result } = await world.run(sync({ inFlightMs: 3_600_000, clock }));
  expect(result).toMatchObject({ unsynced: 0, inFlight: 1, repaired: 0 });
  expect(waits).toBe(3);
  expect((await world.run(sync())).result).toMatchObject({ unsynced: 1, repaired: 1 });
  await world.settle();
});

test("a run that was killed goes on from its last step, and counts and sends nothing twice", async () => {
  const keys = await firstKeys("campaigns", "campaign_id", 3);
  await sql(`update ads.campaigns set name = 'Once' where campaign_id in (${keys.join()})`);
  await sql(`delete from ads.targeting where ad_group_id = (select max(ad_group_id) from ads.targeting)`);
  const paged = sync({ rowsPerPage: 3 });
  const whole = await world.run(sync(), { options: { repair: false } });
  const before = (await world.values(EntityUpdatesLow)).length;
  const steps = await stepsOf(paged);
  for (const at of [1, Math.floor(steps / 2), steps - 1]) {
    const saved = await world.killedAt(at, paged, { repair: false });
    const { result } = await world.run(paged, { options: { repair: false }, saved });
    expect(result).toEqual({ ...whole.result, places: expect.anything(), named: expect.anything() });
    expect(countsOf(result)).toEqual(countsOf(whole.result));
  }
  const killed = await world.killedAt(steps - 1, paged);
  await world.run(paged, { saved: killed });
  expect((await world.values(EntityUpdatesLow)).length - before).toBe(4);
  await world.settle();
});

async function stepsOf(workflow: Workflow): Promise<number> {
  let steps = 0;
  await world.run(workflow, { options: { repair: false }, onStep: () => void steps++ });
  return steps;
}

/** Without ages, which go on. */
function countsOf(result: JsonRecord) {
  const places = result["places"] as Record<string, Record<string, { documents: number }>>;
  return Object.entries(places).map(([place, kinds]) => [
    place,
    Object.entries(kinds).map(([kind, { documents }]) => [kind, documents]),
  ]);
}

test("only the tables that are asked for are compared; an unknown one is refused", async () => {
  const { result } = await world.run(sync(), { options: { tables: "advertisers" } });
  expect(result["compared"]).toBe((await firstKeys("advertisers", "advertiser_id", 1_000)).length);
  await expect(world.run(sync(), { options: { tables: "advertiser" } })).rejects.toMatchObject({ code: "TENON1652" });
});
