import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BaseBuild, FolderStore, publishBase, readCatalogue, writeBuild } from "@tenon/ad-index/publish";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Terminal } from "../../terminal.ts";
import { golden } from "../../testing/golden.ts";
import { masked } from "../../testing/masked.ts";
import { runLine } from "../../testing/run-line.ts";

const BUILT_AT_MS = Date.UTC(2020, 4, 1);
let folder: string;
let store: FolderStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-index-"));
  store = new FolderStore(join(folder, "store"));
  await publishBase(store, await build("2020-05-01", 1_000, "41"), { gates: [] });
  const force = { reason: "the first week of a new market" };
  const failing = () => [{ id: "growth", value: 2, bound: 1, ok: false, detail: "twice as many" }];
  await publishBase(store, await build("2020-05-02", 2_000, "97"), { gates: [failing], force });
});
afterAll(() => rm(folder, { recursive: true }));

async function build(name: string, documentCount: number, position: string, withoutVector = 0): Promise<BaseBuild> {
  const own = join(folder, name);
  await mkdir(own, { recursive: true });
  const path = join(own, "ads.segment");
  await writeFile(path, `${documentCount} ads`);
  const columns = ["bid.micros", "budget.lifetime", "targeting.conjunctions", "landingUrl", "title", "body"];
  const made = {
    ...{ name, builtAtMs: BUILT_AT_MS, embeddingVersion: "text-32", schemaFingerprint: "schema-1" },
    watermark: { position, feed: `{"floorSeq":"${position}"}` },
    statistics: { documentCount, withoutVector, nulls: Object.fromEntries(columns.map((column) => [column, 0])) },
    files: [{ name: "ads.segment", path }],
  };
  await writeBuild(own, made);
  return made;
}

const tenon = (line: string | readonly string[], over: Partial<Terminal> = {}) =>
  runLine(line, { environment: { OBJECT_STORE_URL: pathToFileURL(join(folder, "store")).href }, ...over });

const BACK = ["index", "rollback", "2020-05-01", "--reason", "bids of zero"] as const;

test("tenon index list is the text that was reviewed, and the same to tools", async () => {
  const { exitCode, out, talk } = await tenon("index list");
  expect([exitCode, talk]).toEqual([0, ""]);
  await expect(masked(out)).toMatchFileSnapshot(golden("index-list.txt"));
  const { bases, historyNeededFrom } = JSON.parse((await tenon("index list --json")).out);
  expect(bases.map(({ manifest, isCurrent }: never) => [(manifest as { name: string }).name, isCurrent])).toEqual([
    ["2020-05-02", true],
    ["2020-05-01", false],
  ]);
  expect(historyNeededFrom.position).toBe("41");
});

test("tenon index publish-check tells every gate, and ends with 1 if one fails", async () => {
  await build("good", 2_100, "99");
  const good = await tenon(["index", "publish-check", join(folder, "good")]);
  expect([good.exitCode, good.talk]).toEqual([0, ""]);
  expect(good.out).toContain('build "good", against base "2020-05-02": would be published');
  await build("bad", 500, "12", 400);
  const bad = await tenon(["index", "publish-check", join(folder, "bad")]);
  expect(bad.exitCode).toBe(1);
  await expect(bad.out).toMatchFileSnapshot(golden("index-publish-check.txt"));
  const loose = ["--shrink-max", "0.8", "--without-vector-max", "1", "--json"];
  const told = JSON.parse((await tenon(["index", "publish-check", join(folder, "bad"), ...loose])).out);
  expect(told).toMatchObject({ build: "bad", current: "2020-05-02", ok: false });
  expect(told.gates.filter(({ ok }: { ok: boolean }) => !ok).map(({ id }: { id: string }) => id)).toEqual([
    "watermark-behind",
  ]);
  expect((await readCatalogue(store)).current).toBe("2020-05-02");
});

test("tenon index rollback: refused without consent, shown with --dry-run, done with --yes", async () => {
  const before = await readCatalogue(store);
  const refused = await tenon(BACK);
  expect([refused.exitCode, refused.out]).toEqual([2, ""]);
  expect(refused.talk).toContain('error TENON1716: nobody has agreed to roll the index back to base "2020-05-01"');
  const dry = await tenon([...BACK, "--dry-run"]);
  expect([dry.exitCode, dry.out]).toEqual([
    0,
    expect.stringContaining('base "2020-05-01" serves instead of "2020-05-02"'),
  ]);
  expect(dry.out).toContain("changes from 41 on are to be applied again");
  expect(await readCatalogue(store)).toEqual(before);
  const done = await tenon([...BACK, "--yes", "--json"]);
  expect(JSON.parse(done.out)).toMatchObject({
    done: true,
    from: "2020-05-02",
    to: "2020-05-01",
    replayFrom: { position: "41" },
  });
  expect((await readCatalogue(store)).history[0]).toMatchObject({
    base: "2020-05-01",
    by: "rollback",
    reason: "bids of zero",
  });
  expect((await tenon(BACK)).out).toContain("nothing to do");
  const ask = async () => "2020-05-02";
  const forward = await tenon(["index", "rollback", "2020-05-02", "--reason", "mended"], { ask });
  expect([forward.exitCode, forward.out]).toEqual([
    0,
    'base "2020-05-02" serves instead of "2020-05-01"; apply changes from 97 on again\n',
  ]);
});

test("tenon index verify reads every file, and ends with 1 if one differs", async () => {
  const whole = await tenon("index verify");
  expect([whole.exitCode, whole.out]).toEqual([0, 'base "2020-05-02" is whole: 1 file, 8 B\n']);
  const path = join(folder, "store/bases/2020-05-01/files/ads.segment.g1");
  await writeFile(path, "1001 ads");
  const damaged = await tenon("index verify 2020-05-01");
  await writeFile(path, "1000 ads");
  expect(damaged.exitCode).toBe(1);
  expect(damaged.out).toContain(
    'base "2020-05-01" is damaged: 1 file of 1\n  ads.segment: expected 8 bytes of SHA-256 ',
  );
  expect(JSON.parse((await tenon("index verify --json")).out)).toMatchObject({
    base: "2020-05-02",
    ok: true,
    problems: [],
  });
});

test.each([
  ["index list --store nowhere", {}, 3, "TENON1444", "file:///folder"],
  ["index list --store s3://bases", {}, 3, "TENON1444", "AWS_ACCESS_KEY_ID"],
  ["index list", { environment: {} }, 2, "TENON1700", "--store"],
  ["index verify 2020-05-03", {}, 2, "TENON1438", "`tenon index list`"],
  ["index rollback 2020-05-03 --reason x --yes", {}, 2, "TENON1438", "`tenon index list`"],
  ["index rollback 2020-05-01 --yes", {}, 2, "TENON1700", "--reason"],
  ["index publish-check nothing", {}, 2, "TENON1442", "the step that made the build"],
  ["index publish-check nothing --shrink-max lots", {}, 2, "TENON1700", "such as 0.1"],
])("tenon %s: refused with what to do", async (line, over, exitCode, code, hint) => {
  const refused = await tenon(line, over);
  expect([refused.exitCode, refused.out]).toEqual([exitCode, ""]);
  expect(refused.talk).toContain(`error ${code}: `);
  expect(refused.talk).toContain(hint);
});
