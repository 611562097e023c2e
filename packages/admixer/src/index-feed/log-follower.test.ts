import type { EventLog, LogRecord } from "@tenon/event-log/api";
import { IndexDeltas } from "@tenon/nodes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ADS_AT_FIRST, PipelineWorld, removal } from "../../test/pipeline-world.ts";
import { LogFollower, SLICE_RECORDS_MAX } from "./log-follower.ts";

const AT = { topic: IndexDeltas.name, partition: 0 };

let world: PipelineWorld;
let taken: number[];
let slices: number[];
let troubles: string[];
beforeEach(async () => {
  world = await PipelineWorld.begin();
  taken = [];
  slices = [];
  troubles = [];
});
afterEach(() => world.end());

const append = (count: number) =>
  world.deltas(...Array.from({ length: count }, (_, at) => removal(ADS_AT_FIRST[0] as never, at + 1)));

function follow(log: EventLog, refuse: () => boolean = () => false): LogFollower {
  return new LogFollower({
    ...{ log, at: AT, clock: world.clock },
    take: (records: readonly LogRecord[]) => {
      if (refuse()) throw new Error("no room");
      slices.push(records.length);
      taken.push(...records.map(({ offset }) => offset));
    },
    onTrouble: (message, error) => troubles.push(`${message}: ${(error as Error).message}`),
  });
}

const counted = (count: number) => Array.from({ length: count }, (_, at) => at);

test("a log that is away for a time is told of once, and gone on with where it was left", async () => {
  const log = world.cluster.open();
  let isAway = false;
  const failing = <Result>(work: () => Promise<Result>): Promise<Result> =>
    isAway ? Promise.reject(new Error("away")) : work();
  const sometimes = Object.assign(Object.create(log) as EventLog, {
    offsets: (topic: string) => failing(() => log.offsets(topic)),
    read: (options: Parameters<EventLog["read"]>[0]) => failing(() => log.read(options)),
  });
  await append(3);
  const follower = follow(sometimes);
  follower.start(0);
  await world.pass(() => taken.length === 3 && follower.isLive);
  isAway = true;
  await world.clock.runFor(60_000);
  expect(String(follower.problem)).toContain("away");
  await append(2);
  isAway = false;
  await world.pass(() => taken.length === 5);
  await world.pass(() => follower.problem === undefined);
  expect(taken).toEqual(counted(5));
  expect(troubles).toEqual(["index-deltas/0 cannot be followed at 3: away"]);
  await world.until(follower.stop());
});

test("what cannot be taken now is taken later, in order, and nothing of it is skipped", async () => {
  await append(2);
  let isFull = true;
  const follower = follow(world.cluster.open(), () => isFull);
  follower.start(0);
  await world.pass(() => follower.problem !== undefined);
  expect([follower.nextOffset, follower.lagRecords, follower.isLive]).toEqual([0, 2, false]);
  await append(1);
  isFull = false;
  await world.pass(() => taken.length === 3);
  expect(taken).toEqual(counted(3));
  await world.until(follower.stop());
});

test("records are taken in slices, with a turn of the event loop after each", async () => {
  await append(3 * SLICE_RECORDS_MAX);
  const follower = follow(world.cluster.open());
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns++;
    if (running) setImmediate(turn);
  };
  follower.start(0);
  await world.pass(() => slices.length === 1);
  turn();
  const before = turns;
  await world.pass(() => taken.length === 3 * SLICE_RECORDS_MAX);
  running = false;
  expect(slices).toEqual([SLICE_RECORDS_MAX, SLICE_RECORDS_MAX, SLICE_RECORDS_MAX]);
  expect(turns - before).toBeGreaterThanOrEqual(2);
  await world.until(follower.stop());
});

test("where to begin is asked until the log answers", async () => {
  await append(4);
  const follower = follow(world.cluster.open());
  let asked = 0;
  follower.start(async () => {
    if (++asked < 3) throw new Error("away");
    return 2;
  });
  await world.pass(() => taken.length === 2);
  expect([taken, asked]).toEqual([[2, 3], 3]);
  await world.until(follower.stop());
});
