/**
 * Interleaved measurement in process CPU time (user + system, all threads, so that garbage collection and compilation
 * count). Wall time on a shared machine scatters by factors; CPU-time ratios taken in the same round repeat within
 * a few per cent. A ratio is the median over rounds of candidate ÷ baseline of that round.
 */
export interface Contender {
  readonly name: string;
  /** Runs the work once. A promise is awaited before the next run of a batch, unless `runsInFlight` is set. */
  readonly run: () => unknown;
  readonly async?: boolean;
  /** Requests kept in flight at once; default 1. */
  readonly inFlight?: number;
}

export interface Measurement {
  readonly name: string;
  /** Median CPU time per run, ns. */
  readonly ns: number;
  /** Median over rounds of this contender ÷ the first one. */
  readonly ratio: number;
}

export interface InterleaveOptions {
  readonly rounds: number;
  /** CPU time one batch should take, ms. */
  readonly batchMs: number;
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function batch(contender: Contender, count: number): Promise<number> {
  const { run } = contender;
  const before = cpuMicros();
  if (contender.async !== true) for (let at = 0; at < count; at++) run();
  else if (contender.inFlight === undefined) for (let at = 0; at < count; at++) await run();
  else await inFlight(run, count, contender.inFlight);
  return cpuMicros() - before;
}

async function inFlight(run: () => unknown, count: number, width: number): Promise<void> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started++ < count) await run();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** CPU time a contender runs before it is measured, ms: paths that few requests take must be optimised as well. */
const WARM_UP_MS = 400;
const RUNS_MAX = 1 << 24;

/** Warms a contender up, then says how many runs fill a batch. */
async function calibrate(contender: Contender, batchMs: number): Promise<number> {
  let spentMicros = 0;
  let perRun = Number.POSITIVE_INFINITY;
  for (let count = 4; spentMicros < WARM_UP_MS * 1000; count = Math.min(count * 2, RUNS_MAX)) {
    const micros = await batch(contender, count);
    spentMicros += micros;
    perRun = micros / count;
  }
  return Math.max(1, Math.round((batchMs * 1000) / perRun));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Measures all contenders in rotating order; the first one is the baseline. */
export async function interleave(contenders: readonly Contender[], options: InterleaveOptions): Promise<Measurement[]> {
  const counts: number[] = [];
  for (const contender of contenders) counts.push(await calibrate(contender, options.batchMs));
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < options.rounds; round++) {
    for (let step = 0; step < contenders.length; step++) {
      const at = (step + round) % contenders.length;
      const micros = await batch(contenders[at] as Contender, counts[at] as number);
      times[at]?.push((micros * 1000) / (counts[at] as number));
    }
  }
  const baseline = times[0] as number[];
  return contenders.map(({ name }, at) => ({
    name,
    ns: median(times[at] as number[]),
    ratio: median((times[at] as number[]).map((ns, round) => ns / (baseline[round] as number))),
  }));
}
