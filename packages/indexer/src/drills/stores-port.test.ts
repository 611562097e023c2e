/** The last step of every drill on real stores: the workflows that compare are run, and both have to find nothing. */
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { AdDocumentRow, CampaignRow } from "@tenon/nodes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONSUMER, PipelineWorld } from "../../test/pipeline-world.ts";
import { documentSync } from "../document-sync/document-sync.ts";
import { sourceSync } from "../source-sync/source-sync.ts";
import { SwitchStore } from "../switches/switch-store.ts";
import { RunStore } from "../workflows/run-store.ts";
import { type RunningWorkflows, runWorkflows } from "../workflows/run-workflows.ts";
import { runDrill } from "./drill.ts";
import { DRILLS } from "./drills.ts";
import { verifyEnd } from "./steps.ts";
import { StoresDrillPort } from "./stores-port.ts";

let world: PipelineWorld;
let workflows: RunningWorkflows;
let verify: () => Promise<string>;

beforeAll(async () => {
  world = await PipelineWorld.open();
  const { database } = world.server;
  const runs = new RunStore(database);
  workflows = await runWorkflows({
    workflows: [
      sourceSync({ ...world.stores, inFlightMs: 0, schedule: null }),
      documentSync({ ...world.stores, handlers: ARGUS_HANDLERS, consumer: CONSUMER, lookMs: 1, schedule: null }),
    ],
    ...{ store: runs, owner: "test", lookMs: 10 },
  });
  const port = new StoresDrillPort({
    ...{ database, log: world.log, runs, switches: new SwitchStore(database), bases: undefined },
    ...{ servers: [], token: null, by: "test" },
  });
  verify = async () => {
    let said = "";
    await runDrill({ name: "test", steps: [verifyEnd] }, port, {
      onDone: (_, words) => {
        said = words;
      },
    });
    return said;
  };
}, 120_000);
afterAll(async () => {
  await workflows?.stop();
  await world?.close();
});

test("every drill ends with it, or shows requests only afterwards what was verified", () => {
  for (const { name, steps } of DRILLS) {
    const names = steps({ sinceMs: 0 }).map((step) => step.name);
    expect([name, names.slice(names.indexOf("verify"))]).toEqual([
      name,
      name === "bad-release" ? ["verify", "serve live"] : ["verify"],
    ]);
  }
});

test("at rest both comparisons find nothing", async () => {
  expect(await verify()).toBe(
    "the repository holds what the ads database does, and every document is what its handlers make of it",
  );
});

test("a row that differs from the source ends no drill, although every document is what handlers make of the rows", async () => {
  const key = "id = (select min(id) from repo.campaign)";
  await world.damage(CampaignRow, `update repo.campaign set ver_settings = ver_settings - 2 where ${key}`);
  await expect(verify()).rejects.toMatchObject({
    code: "TENON1695",
    detail: expect.stringMatching(
      /^1 rows of the ads database differ in the repository; the first: \d+, older of table "campaigns"$/,
    ),
  });
  await world.damage(CampaignRow, `update repo.campaign set ver_settings = ver_settings + 2 where ${key}`);
});

test("a document that differs ends no drill, although every row is the source's", async () => {
  const key = "id = (select min(id) from repo.ad_document)";
  await world.damage(AdDocumentRow, `update repo.ad_document set title = title || '!' where ${key}`);
  await world.skipFeed();
  await expect(verify()).rejects.toMatchObject({
    code: "TENON1695",
    detail: expect.stringMatching(/^1 documents differ; the first: \d+, differs by handler "ad-creative"$/),
  });
});
