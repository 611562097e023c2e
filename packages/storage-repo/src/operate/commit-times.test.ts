import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, expect, test } from "vitest";
import { versionOf } from "../api/version.ts";
import { SAMPLE_ENTITIES } from "../conformance/index.ts";
import { bidWrite } from "../conformance/write-contract.ts";
import { openRepo } from "../postgres/open-repo.ts";
import { commitTimes } from "./commit-times.ts";
import { rowState } from "./row-state.ts";

const { database, drop } = await testDatabase();
afterAll(drop);

test("the time of a group is that of the write that made its version, and of no other row or version", async () => {
  const repo = await openRepo({ database, entities: SAMPLE_ENTITIES });
  const group = SAMPLE_ENTITIES.find(({ name }) => name === "sample_group");
  if (group === undefined) throw new Error("no sample");
  const write = (key: number, sequence: number, bidMicros: number) =>
    repo.tx((tx) => tx.write(bidWrite(key, sequence, { bidMicros })));
  // Keys that are parts of each other.
  for (const [key, sequence] of [
    [12, 1],
    [112, 1],
    [12, 2],
    [1, 1],
  ] as const)
    await write(key, sequence, key + sequence);
  const stored = await database.query<{ seq: bigint; at_ms: bigint }>(
    "select seq, at_ms from repo.change_batch order by seq",
  );
  const bid = async (key: number) => {
    const state = (await rowState(database, group, key))?.groups.find((each) => each.group === "bid");
    return { entity: group.name, key, group: "bid", version: state?.version ?? 0n };
  };
  const times = await commitTimes(database, SAMPLE_ENTITIES, await Promise.all([bid(12), bid(112), bid(1)]));
  const at = (place: number) => Number(stored[place]?.at_ms);
  expect(Object.fromEntries(times)).toEqual({
    "sample_group:12:bid": at(2),
    "sample_group:112:bid": at(1),
    "sample_group:1:bid": at(3),
  });
  const other = { ...(await bid(12)), version: versionOf(1, 9) };
  expect(await commitTimes(database, SAMPLE_ENTITIES, [other])).toEqual(new Map());
  await database.execute("delete from repo.change_batch where seq = $1", [stored[2]?.seq ?? 0n]);
  expect(await commitTimes(database, SAMPLE_ENTITIES, [await bid(12)])).toEqual(new Map());
});
