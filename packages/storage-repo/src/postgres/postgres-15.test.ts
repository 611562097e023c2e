/** The repository on the oldest server that it takes: a real Postgres 15, started by the same launcher. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Transaction } from "@tenon/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type OwnServer, ownServer, type TestRepo } from "../../test/own-server.ts";
import { entity } from "../api/entity.ts";
import { versionOf } from "../api/version.ts";
import { feedContract, type MakeRepo, readAll, repoContract, SampleGroup } from "../conformance/index.ts";
import { PostgresCursors } from "../feed/cursor-store.ts";
import { installRepo } from "./install.ts";

const HERE = `${process.platform}-${process.arch}`;
/** The one platform that the programs are installed for; there a missing package fails. */
const INSTALLED_FOR = "linux-x64";

let own: OwnServer;
beforeAll(async () => {
  if (HERE === INSTALLED_FOR) own = await ownServer({}, { home: postgres15Home() });
});
afterAll(() => own?.stop());
beforeEach(({ skip }) =>
  skip(HERE !== INSTALLED_FOR, `Postgres 15 is installed for tests on ${INSTALLED_FOR} only, and this is ${HERE}`),
);

function postgres15Home(): string {
  const main = createRequire(import.meta.url).resolve(`postgres-15-${INSTALLED_FOR}`);
  return join(dirname(dirname(main)), "native");
}

function make(feed: "slot" | "poll"): MakeRepo<Transaction> {
  return async () => {
    const opened: TestRepo = await own.open();
    const { repo, database, replication, close, feed: feedOf } = opened;
    return {
      repo,
      transaction: (work, options) => database.transaction(work, options),
      feed: feedOf({ openReplication: feed === "slot" ? replication : undefined }),
      cursors: new PostgresCursors(database),
      close,
    };
  };
}

test("the server is Postgres 15, and the dialect that it needs is chosen", async () => {
  const { database, repo, close } = await own.open();
  expect(Math.floor(database.serverVersion / 10_000)).toBe(15);
  expect(repo.dialect.name).toBe("lockFirst");
  await close();
});

describe("the contract of repositories", () => repoContract(make("poll")));
describe("the contract of feeds, through a replication slot", () => feedContract(make("slot")));

test("a load, the guard and a declaration that grows work as on later servers", async () => {
  const { database, repo, feed, close } = await own.open();
  const columns = { bidMicros: 100, campaignId: "a", paused: false };
  const rows = [1, 2, 3].map((key) => ({ key, version: versionOf(0, 1), columns }));
  expect(await repo.bulk({ entity: SampleGroup, group: "bid" }, rows)).toMatchObject({ applied: 3, dropped: 0 });
  expect(await repo.bulk({ entity: SampleGroup, group: "bid" }, rows)).toMatchObject({ applied: 0, dropped: 3 });
  await expect(database.execute("update repo.sample_group set paused = true")).rejects.toThrow("TENON1523");
  expect((await readAll(feed(), 1)).map((batch) => batch.changes.length)).toEqual([3]);
  const Added = entity("added", {
    owner: "ads-storage",
    purpose: "an entity that comes later",
    key: z.int(),
    groups: { facts: { owner: "ads-storage", class: "control", columns: { first: z.int() } } },
  });
  expect((await installRepo(database, [SampleGroup, Added])).statements.length).toBeGreaterThan(0);
  await close();
});
