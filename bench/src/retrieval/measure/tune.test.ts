import { expect, test } from "vitest";
import type { Contender } from "../contenders/contender.ts";
import { plainScan } from "../contenders/plain-scan.ts";
import { clusteredWorkload, INDEPENDENT } from "../data/workload.ts";
import { measurePoint } from "./rounds.ts";
import { inThisProcess } from "./runner.ts";
import { tune } from "./tune.ts";

const [PLAN] = INDEPENDENT.filter(({ selectivity }) => selectivity === 0.1);
const workload = clusteredWorkload(2_000, { tuning: 25, reporting: 30 }, INDEPENDENT);
const point = workload.point(PLAN as NonNullable<typeof PLAN>);
const LIMITS = { msPerSetting: 1_000, msPerContender: 1_000, roundsMax: 3, queriesMin: 20 };

/** Finds as many of the best as its setting says, and notes which queries it was asked. */
async function finding(
  settings: readonly number[],
): Promise<{ contender: Contender; asked: Map<Float32Array, Set<number>> }> {
  const { contender: scan } = await plainScan(workload.set);
  const asked = new Map<Float32Array, Set<number>>();
  const contender: Contender = {
    ...scan,
    name: "so many",
    settings: () => settings,
    search: (query, prepared, setting) => {
      const vector = query as Float32Array;
      asked.set(vector, (asked.get(vector) ?? new Set()).add(setting));
      return Array.from(scan.search(query, prepared, 0) as ArrayLike<number>).slice(0, setting);
    },
  };
  return { contender, asked };
}

test("the first setting that reaches the recall is taken, and no later one is tried", async () => {
  const { contender, asked } = await finding([5, 9, 10, 11]);
  const runner = inThisProcess(contender);
  const tuned = await tune(runner, await runner.open(point), workload.set, point, LIMITS);
  expect(tuned).toMatchObject({ setting: 10, recall: 1, reached: true });
  expect(new Set([...asked.values()].flatMap((settings) => [...settings]))).toEqual(new Set([5, 9, 10]));
});

test("tuning sees the tuning queries only", async () => {
  const { contender, asked } = await finding([5, 10]);
  const runner = inThisProcess(contender);
  await tune(runner, await runner.open(point), workload.set, point, LIMITS);
  expect(new Set(asked.keys())).toEqual(new Set(point.tuning.map(({ query }) => query)));
});

test("without a setting that reaches the recall the last one is used, and said to have missed", async () => {
  const { contender } = await finding([3, 8]);
  const [measured] = await measurePoint([inThisProcess(contender)], workload.set, point, LIMITS);
  expect(measured?.tuned).toMatchObject({ setting: 8, reached: false });
  expect(measured?.tuned.recall).toBeCloseTo(0.8);
  expect(measured?.recall).toMatchObject({ mean: expect.closeTo(0.8), worst: 0.8 });
});

test("what is reported was asked at the tuned setting, on other queries than those of tuning", async () => {
  const { contender, asked } = await finding([5, 10]);
  const [measured] = await measurePoint([inThisProcess(contender)], workload.set, point, LIMITS);
  expect(measured).toMatchObject({ queries: 30, rounds: 3, recall: { mean: 1, worst: 1, p1: 1 } });
  for (const { query } of point.reporting) expect(asked.get(query)).toEqual(new Set([10]));
});
