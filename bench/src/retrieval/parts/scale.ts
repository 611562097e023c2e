/**
 * From 100k to a million ads: what each ad costs in memory, and how the time of a search and of matching grows, measured at four
 * sizes and continued by a straight line. At the largest size two processes run at once, as two cores serve.
 * docs/design/0015-ad-index-scale.md uses these figures.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Part, type Row, rounded } from "../../harness/report.ts";
import { percent } from "../data/workload.ts";
import { partOf } from "../goals.ts";
import { measuredTargeting } from "../measure/index-programs.ts";
import { lineThrough } from "../scale/line.ts";
import type { SizeMeasured } from "../scale/measure-size.ts";

export interface ScaleAmounts {
  readonly sizes: readonly number[];
}

const PROGRAM = fileURLToPath(new URL("../scale/measure-size.ts", import.meta.url));
const SIZE_MAX_MS = 1_200_000;
const SELECTIVITIES: readonly number[] = [0.003, 0.01, 0.1, 1];
const EXTRAPOLATED: readonly number[] = [2_000_000, 5_000_000];

export async function scalePart({ sizes }: ScaleAmounts): Promise<Part> {
  const measured: SizeMeasured[] = [];
  const targeting: number[] = [];
  const targetingRows: Row[] = [];
  for (const ads of sizes) {
    measured.push(await measure(ads));
    const figures = await measuredTargeting(ads);
    targeting.push(1e6 / figures.usersPerSecond);
    targetingRows.push({
      workload: "scale, targeting",
      ads,
      buildCpuMs: figures.buildMs,
      micros: rounded(1e6 / figures.usersPerSecond),
    });
  }
  const largest = Math.max(...sizes);
  const both = await Promise.all([measure(largest), measure(largest)]);
  return partOf("scale", {}, [
    ...measured.map((each) => rowOf("scale, one process", each)),
    ...both.map((each) => rowOf("scale, two processes at once", each)),
    ...targetingRows,
    ...extrapolated(measured, targeting),
  ]);
}

async function measure(ads: number): Promise<SizeMeasured> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, PROGRAM, `${ads}`], {
    timeout: SIZE_MAX_MS,
  });
  return JSON.parse(stdout) as SizeMeasured;
}

function rowOf(workload: string, { searchMicros, ...rest }: SizeMeasured): Row {
  return {
    workload,
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, rounded(value as number)])),
    ...Object.fromEntries(searchMicros.map((micros, at) => [searchName(at), rounded(micros)])),
  };
}

function searchName(at: number): string {
  return `searchMicros ${percent(SELECTIVITIES[at] as number)}`;
}

/** Fixed cost and cost per million ads of each time, and what they give at sizes that one machine can still hold. */
function extrapolated(measured: readonly SizeMeasured[], targeting: readonly number[]): readonly Row[] {
  const sizes = measured.map(({ ads }) => ads);
  const times: Readonly<Record<string, readonly number[]>> = {
    "targeting micros": targeting,
    ...Object.fromEntries(
      SELECTIVITIES.map((_, at) => [searchName(at), measured.map(({ searchMicros }) => searchMicros[at] as number)]),
    ),
  };
  return Object.entries(times).map(([name, values]) => {
    const { fixed, slope } = lineThrough(sizes, values);
    return {
      workload: "scale, straight line",
      name,
      fixedMicros: rounded(fixed),
      microsPerMillionAds: rounded(slope * 1e6),
      ...Object.fromEntries(EXTRAPOLATED.map((ads) => [`micros at ${ads}`, rounded(fixed + slope * ads)])),
    };
  });
}
