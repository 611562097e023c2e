import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectGarbage, listBases, loadBase, publishBase, rollback, S3Store } from "../index.ts";
import { S3Fake } from "../testing/s3-fake.ts";
import { GATES, sampleBuild } from "../testing/sample-build.ts";

const account = { accessKeyId: "KEYFORTESTS", secretAccessKey: "secret", region: "test-1", bucket: "bases" };
const fake = new S3Fake(account);
let folder: string;
let store: S3Store;
beforeAll(async () => {
  const { accessKeyId, secretAccessKey, ...place } = account;
  folder = await mkdtemp(join(tmpdir(), "tenon-publish-s3-"));
  store = new S3Store({
    ...{ ...place, endpoint: await fake.start(), prefix: "ads" },
    credentials: { accessKeyId, secretAccessKey },
    pause: async () => undefined,
  });
});
afterAll(async () => {
  await fake.stop();
  await rm(folder, { recursive: true });
});

test("publish, go back, collect and load over the S3 dialect, while every third request fails on its way", async () => {
  fake.fault = (_, __, before) => {
    if (before % 3 !== 0) return undefined;
    return before % 2 === 0 ? "lose" : { status: 503, code: "SlowDown" };
  };
  for (const name of ["b1", "b2", "b3"])
    await publishBase(store, await sampleBuild(folder, { name }), { gates: GATES });
  await rollback(store, "b2", { reason: "bad bids" });
  expect((await collectGarbage(store, { basesKept: 2 })).bases).toEqual(["b1"]);
  const { bases } = await listBases(store);
  expect(bases.map(({ manifest, isCurrent }) => [manifest.name, isCurrent])).toEqual([
    ["b3", false],
    ["b2", true],
  ]);
  expect((await loadBase(store, join(folder, "cache"))).manifest.name).toBe("b2");
  expect([...fake.objects.keys()].filter((key) => key.startsWith("ads/bases/b1/"))).toEqual([]);
});
