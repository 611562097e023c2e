/**
 * The whole path of an ad request over HTTP: all ads of the marketplace, the published models, as many candidates ranked
 * as the host's policy says, log written, one request in a hundred checked. The server has a process of its own; callers
 * are in the process that measures, on loopback.
 * Not measured here: TLS, a network, several server processes, live feeds and index deltas while serving, events of users,
 * stores that answer late, and machines with more load than the server's own. Compare figures of one machine only; parts of
 * the time by CPU samples, where a node has what it calls, and the first node to read a lazily gathered column has its cost.
 */
import { median } from "../harness/interleave.ts";
import { atMost, type Part, type Row, rounded, type SuiteOptions } from "../harness/report.ts";
import { type Client, clientOf } from "./client.ts";
import type { Candidates } from "./protocol.ts";
import { type Served, startServer } from "./served.ts";
import type { Shares } from "./shares.ts";

/**
 * Young generation of the server, MB, fixed, as `tenon up` has it. Most of a request's garbage are typed arrays outside the heap, and V8 marks
 * the whole heap when 64 MB of them have come. A larger young generation is collected later than that, so the heap is
 * marked all the time; with a smaller one requests in flight survive into the old generation.
 */
const SEMI_SPACE_MB = 32;
const SERVER_FLAGS: readonly string[] = [
  `--min-semi-space-size=${SEMI_SPACE_MB}`,
  `--max-semi-space-size=${SEMI_SPACE_MB}`,
];
/** Enough to keep the server busy while callers read answers. */
const IN_FLIGHT = 8;
const MIB = 2 ** 20;

interface Amounts {
  readonly warmUpRequests: number;
  readonly rounds: number;
  readonly requestsPerRound: number;
  readonly latencyRequests: number;
  readonly profiledRequests: number;
  readonly starts: number;
}

const QUICK: Amounts = {
  warmUpRequests: 500,
  rounds: 5,
  requestsPerRound: 120,
  latencyRequests: 400,
  profiledRequests: 600,
  starts: 2,
};
const FULL: Amounts = {
  warmUpRequests: 1_500,
  rounds: 11,
  requestsPerRound: 400,
  latencyRequests: 3_000,
  profiledRequests: 3_000,
  starts: 7,
};

/** A server that has served long enough for its code to be optimised, and its callers. */
async function warmServer(
  { warmUpRequests }: Amounts,
  flags: readonly string[] = [],
): Promise<{ served: Served; client: Client }> {
  const served = await startServer([...SERVER_FLAGS, ...flags]);
  const client = clientOf(served.url, await served.ask("requests"));
  await client.closedLoop(warmUpRequests, IN_FLIGHT);
  return { served, client };
}

/** Processor time per request, what the server does at most, latency at half of that, and memory. */
async function load(amounts: Amounts): Promise<Part> {
  const { served, client } = await warmServer(amounts);
  const cpuMicros: number[] = [];
  const perSecond: number[] = [];
  for (let round = 0; round < amounts.rounds; round++) {
    const before = await served.ask("usage");
    const seconds = await client.closedLoop(amounts.requestsPerRound, IN_FLIGHT);
    const after = await served.ask("usage");
    cpuMicros.push((after.cpuMicros - before.cpuMicros) / amounts.requestsPerRound);
    perSecond.push(amounts.requestsPerRound / seconds);
  }
  const halfLoad = median(perSecond) / 2;
  const latencies = await client.openLoop(amounts.latencyRequests, halfLoad);
  const ranked = await served.ask("candidates");
  const { residentBytes, quality } = await served.ask("usage");
  const allocation = await allocationRow(served, client);
  client.close();
  await served.stop();
  const micros = median(cpuMicros);
  return {
    goals: [],
    rows: [
      {
        workload: "request over HTTP",
        requestsPerCpuSecond: rounded(1e6 / micros),
        cpuMicrosPerRequest: rounded(micros),
        cpuMicrosLeast: rounded(Math.min(...cpuMicros)),
        cpuMicrosMost: rounded(Math.max(...cpuMicros)),
        ads: served.adsCount,
        ...rankedRow(ranked),
        quality,
      },
      {
        workload: "latency at half load",
        requestsPerSecond: rounded(halfLoad),
        maximumPerSecond: rounded(median(perSecond)),
        requests: latencies.length,
        p50Ms: rounded(percentile(latencies, 0.5)),
        p99Ms: rounded(percentile(latencies, 0.99)),
        mostMs: rounded(latencies.at(-1) as number),
      },
      {
        workload: "memory",
        residentWhenReadyMiB: rounded(served.residentBytes / MIB),
        residentUnderLoadMiB: rounded(residentBytes / MIB),
      },
      allocation,
    ],
  };
}

/** Requests of one repeat: few enough to fit the young generation without a collection. */
const ALLOCATION_REQUESTS = 4;
const ALLOCATION_REPEATS = 12;

/** Growth of heap and buffers over requests between two collections; repeats with one in between say nothing. */
async function allocationRow(served: Served, client: Client): Promise<Row> {
  const heap: number[] = [];
  const buffers: number[] = [];
  for (let repeat = 0; repeat < ALLOCATION_REPEATS; repeat++) {
    await served.ask("startAllocation");
    await client.closedLoop(ALLOCATION_REQUESTS, 1);
    const { heapBytes, bufferBytes, collections } = await served.ask("endAllocation");
    if (collections > 0) continue;
    heap.push(heapBytes / ALLOCATION_REQUESTS);
    buffers.push(bufferBytes / ALLOCATION_REQUESTS);
  }
  if (heap.length === 0) throw new Error("every repeat met a collection: give the server a larger young generation");
  return {
    workload: "allocation per request",
    heapKB: rounded(median(heap) / 1_000),
    bufferKB: rounded(median(buffers) / 1_000),
    repeats: heap.length,
    repeatsVoid: ALLOCATION_REPEATS - heap.length,
  };
}

function rankedRow(ranked: Candidates): Row {
  return {
    candidates: rounded(ranked.scoredLightMean),
    ranked: rounded(ranked.rankedMean),
    rankedLeast: ranked.rankedLeast,
    ...Object.fromEntries(
      Object.entries(ranked.rankedBySurface).map(([surface, mean]) => [`ranked ${surface}`, rounded(mean)]),
    ),
    rankedKnownOf: ranked.requests,
  };
}

/** Latencies ascending; `share` of them are at most the answer. */
function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.ceil(ascending.length * share) - 1] as number;
}

/** Optimised code keeps the lines of what was inlined into it, so that a node inlined into the plan is still seen. */
const PROFILED_FLAGS: readonly string[] = ["--detailed-line-info"];

/** Whose processor time it is, from a profile under load. */
async function shares(amounts: Amounts): Promise<Part> {
  const { served, client } = await warmServer(amounts, PROFILED_FLAGS);
  await served.ask("startProfile");
  await client.closedLoop(amounts.profiledRequests, IN_FLIGHT);
  const found = await served.ask("endProfile");
  client.close();
  await served.stop();
  return sharesPart(found);
}

function sharesPart({ nodes, layers, hottest }: Shares): Part {
  const all = { ...nodes, ...layers };
  const busy = Object.values(all).reduce((sum, each) => sum + each, 0) - (layers.idle ?? 0);
  const counted = busy - (layers["garbage collector"] ?? 0);
  const percent = (samples: number, of: number) => rounded((100 * samples) / of);
  const sorted = (part: Readonly<Record<string, number>>) => Object.entries(part).sort(([, a], [, b]) => b - a);
  return {
    goals: [
      atMost(
        "framework",
        "% of CPU samples, without idle and garbage collection, in compile, execute, observe and the generated plan, outside nodes and off the plan's lines that call one",
        (100 * (layers.framework ?? 0)) / counted,
        3,
      ),
    ],
    rows: [
      ...sorted(layers)
        .filter(([layer]) => layer !== "idle")
        .map(([layer, samples]) => ({
          layer,
          percent: percent(samples, layer === "garbage collector" ? busy : counted),
          of: layer === "garbage collector" ? "all but idle" : "all but idle and garbage collection",
        })),
      {
        layer: "framework with the plan's lines that call a node",
        percent: percent((layers.framework ?? 0) + (layers["nodes at their call"] ?? 0), counted),
        of: "all but idle and garbage collection",
      },
      ...sorted(nodes).map(([node, samples]) => ({ node, percent: percent(samples, counted) })),
      ...hottest.map(({ place, samples, worksFor }) => ({ place, worksFor, percent: percent(samples, busy) })),
    ],
  };
}

/** From the fork of a process to a host that is ready. */
async function startUp({ starts }: Amounts): Promise<Part> {
  const found: Served[] = [];
  for (let start = 0; start < starts; start++) {
    const served = await startServer(SERVER_FLAGS);
    await served.stop();
    found.push(served);
  }
  const middle = (of: (served: Served) => number) => rounded(median(found.map(of)));
  return {
    goals: [],
    rows: [
      {
        workload: "start-up",
        readyMs: middle(({ processToReadyMs }) => processToReadyMs),
        cpuMs: middle(({ cpuMs }) => cpuMs),
        processMs: middle(({ processToReadyMs, modulesMs, startMs }) => processToReadyMs - modulesMs - startMs.total),
        modulesMs: middle(({ modulesMs }) => modulesMs),
        loadMs: middle(({ startMs }) => startMs.load),
        listenMs: middle(({ startMs }) => startMs.listen),
        warmUpMs: middle(({ startMs }) => startMs.warmUp),
        starts,
      },
    ],
  };
}

const PARTS: Readonly<Record<string, (amounts: Amounts) => Promise<Part>>> = { load, shares, startUp };

export const parts: readonly string[] = Object.keys(PARTS);

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`suite admixer has no part "${name}"; parts: ${parts.join(", ")}`);
  return part(quick ? QUICK : FULL);
}
