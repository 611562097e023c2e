/**
 * The runtime against hand-written code and public libraries: goals G1 to G12 of the performance reference.
 * Not measured here: the error path, real network fan-out, several cores.
 */
import { compileGraph } from "@tenon/graph-core";
import { bytesPerRun } from "../harness/allocation.ts";
import { type Contender, interleave, type InterleaveOptions, type Measurement, median } from "../harness/interleave.ts";
import { atLeast, atMost, type Goal, type Report, rounded, type SuiteOptions } from "../harness/report.ts";
import { handAsync, handSync } from "./hand.ts";
import { unevenLatency } from "./latency.ts";
import { columnar, handSpread, objectsAndColumns, REQUESTS } from "./payload.ts";
import { asyncAutoPeer, effectPeer, grfnPeer, rxjsPeer } from "./peers.ts";
import { checkCost, freezeCost } from "./schema-cost.ts";
import { AD_SHAPE, type Body, CHAIN_SHAPE, nodeFunctions, type Remote, RESPOND, type ShapeNode } from "./shape.ts";
import { openShape, requestOf, shapeGraph } from "./tenon.ts";

const CTX = {};
/** Requests kept in flight where remote answers take a turn of the event loop. */
const IN_FLIGHT = 32;

type Ratios = Readonly<Record<string, Measurement>>;

function byName(measured: readonly Measurement[]): Ratios {
  return Object.fromEntries(measured.map((each) => [each.name, each]));
}

async function assertSame(contenders: readonly Contender[]): Promise<void> {
  const answers = await Promise.all(contenders.map(async ({ name, run }) => [name, JSON.stringify(await run())] as const));
  for (const [name, answer] of answers) {
    if (answer !== answers[0]?.[1]) throw new Error(`contender ${name} gives ${answer}, the baseline ${answers[0]?.[1]}`);
  }
}

async function measure(contenders: readonly Contender[], options: InterleaveOptions): Promise<Ratios> {
  await assertSame(contenders);
  return byName(await interleave(contenders, options));
}

function syncShape(body: Body, options: InterleaveOptions): Promise<Ratios> {
  const copy = () => nodeFunctions(AD_SHAPE, body, "none");
  const hand = handSync(AD_SHAPE, copy(), RESPOND);
  const open = (checkedShare: number) => requestOf(openShape(AD_SHAPE, copy(), { async: false, respond: RESPOND, checkedShare }));
  return measure(
    [
      { name: "hand", run: () => hand(1, CTX) },
      { name: "tenon", run: open(0) },
      { name: "tenon 1 % checked", run: open(0.01) },
    ],
    options,
  );
}

function asyncShape(body: Body, remote: Remote, options: InterleaveOptions, peers: boolean): Promise<Ratios> {
  const copy = () => nodeFunctions(AD_SHAPE, body, remote);
  const hand = handAsync(copy());
  const tenon = requestOf(openShape(AD_SHAPE, copy(), { async: true, respond: RESPOND, checkedShare: 0 }));
  const flight = remote === "immediate" ? { inFlight: IN_FLIGHT } : {};
  const contenders: Contender[] = [
    { name: "hand", run: () => hand(1, CTX), async: true, ...flight },
    { name: "tenon", run: tenon, async: true, ...flight },
  ];
  if (peers) {
    for (const [name, peer] of Object.entries({ grfn: grfnPeer, effect: effectPeer, "async.auto": asyncAutoPeer, rxjs: rxjsPeer })) {
      contenders.push({ name, run: peer(AD_SHAPE, copy(), RESPOND), async: true });
    }
  }
  return measure(contenders, options);
}

/** What each further node adds, ns: the slope between the 24-node shape and a single node, both on the shipped path. */
async function nanosecondsPerNode(options: InterleaveOptions): Promise<number> {
  const single: readonly ShapeNode[] = [{ name: "only", reads: ["request"], remote: false }];
  const open = (shape: readonly ShapeNode[], respond: readonly string[]) =>
    requestOf(openShape(shape, nodeFunctions(shape, "trivial", "none"), { async: false, respond, checkedShare: 0 }));
  const measured = byName(
    await interleave(
      [
        { name: "single", run: open(single, ["only"]) },
        { name: "shape", run: open(AD_SHAPE, RESPOND) },
      ],
      options,
    ),
  );
  return ((measured["shape"]?.ns ?? 0) - (measured["single"]?.ns ?? 0)) / (AD_SHAPE.length - 1);
}

function payloads(options: InterleaveOptions): Promise<Ratios> {
  const hand = handSpread();
  const numbered = (run: (request: number) => unknown) => {
    let request = 0;
    return () => run(request++ % REQUESTS);
  };
  type Opened = ReturnType<typeof columnar>;
  const ids = Array.from({ length: 1024 }, (_, at) => `request-${at}`);
  const winnersOf = (executor: Opened) => {
    let served = 0;
    return numbered((request) => (executor.execute({ request }, executor.begin({ requestId: ids[served++ & 1023] as string })) as { winners: unknown }).winners);
  };
  return measure(
    [
      { name: "hand spread", run: numbered((request) => hand(request)) },
      { name: "objects + columns, frozen", run: winnersOf(objectsAndColumns({ frozen: true, checkedShare: 0 })) },
      { name: "columns", run: winnersOf(columnar({ checkedShare: 0 })) },
      { name: "columns, 1 % checked", run: winnersOf(columnar({ checkedShare: 0.01 })) },
      { name: "columns, all checked", run: winnersOf(columnar({ checkedShare: 1 })) },
      { name: "objects + columns", run: winnersOf(objectsAndColumns({ frozen: false, checkedShare: 0 })) },
      { name: "objects + columns, all checked", run: winnersOf(objectsAndColumns({ frozen: false, checkedShare: 1 })) },
    ],
    options,
  );
}

/** Generating and loading the plan of a 200-node graph, ms, median. */
function compileMs(times: number): number {
  const graphs = Array.from({ length: times }, () => shapeGraph(CHAIN_SHAPE, nodeFunctions(CHAIN_SHAPE, "trivial", "none"), { async: false, respond: ["link199"] }));
  return median(
    graphs.map((declared) => {
      const { user, system } = process.cpuUsage();
      compileGraph(declared);
      const after = process.cpuUsage();
      return (after.user + after.system - user - system) / 1000;
    }),
  );
}

export async function run({ quick }: SuiteOptions): Promise<Report> {
  const options: InterleaveOptions = quick ? { rounds: 15, batchMs: 12 } : { rounds: 31, batchMs: 25 };
  const slow: InterleaveOptions = { ...options, rounds: quick ? 9 : 21 };
  const ratio = (measured: Ratios, name: string): number => measured[name]?.ratio ?? Number.NaN;
  const goals: Goal[] = [];
  const rows: Record<string, string | number>[] = [];
  const keep = (workload: string, measured: Ratios): Ratios => {
    for (const { name, ns, ratio } of Object.values(measured)) rows.push({ workload, name, ns: rounded(ns), ratio: rounded(ratio) });
    return measured;
  };

  keep("a", await syncShape("trivial", options));
  const a1 = keep("a1", await syncShape("work", options));
  goals.push(atMost("G1", "a1: 24 sync nodes, 150 ns bodies, against hand-written code", ratio(a1, "tenon"), 1.02));
  goals.push(atMost("G1.node", "trivial bodies: ns per further node", await nanosecondsPerNode(options), 1));

  const b1 = keep("b1", await asyncShape("trivial", "resolved", slow, true));
  const b2 = keep("b2", await asyncShape("trivial", "immediate", options, false));
  const b1w = keep("b1w", await asyncShape("work", "resolved", options, false));
  goals.push(atMost("G2.b1", "8 resolved promises among 24 nodes, against async/await + Promise.all", ratio(b1, "tenon"), 0.9));
  goals.push(atMost("G2.b2", "the same through setImmediate, 32 requests in flight", ratio(b2, "tenon"), 1));
  goals.push(atMost("G2.b1w", "b1 with 150 ns bodies", ratio(b1w, "tenon"), 1));

  const latency = await unevenLatency(quick ? 31 : 101);
  rows.push({ workload: "uneven branches", handMs: rounded(latency.handMs), tenonMs: rounded(latency.tenonMs), criticalPathMs: latency.criticalPathMs });
  goals.push(atMost("G3", "latency on uneven branches against hand-written continuations", latency.tenonMs / latency.handMs, 1.05));

  const e = keep("e", await payloads(slow));
  goals.push(atMost("G4.columns", "500 × 30 payload on columns with top-k, against hand-written spread objects", ratio(e, "columns"), 0.1));
  goals.push(atMost("G4.objects", "objects + columns + top-k, candidates frozen on every request", ratio(e, "objects + columns, frozen"), 0.6));
  goals.push(atMost("G5", "every request checked (clocks, validation, freeze, checksums), columns, against the same unchecked", ratio(e, "columns, all checked") / ratio(e, "columns"), 1.5));
  goals.push(atMost("G5.objects", "every request checked, objects + columns, against the same unchecked", ratio(e, "objects + columns, all checked") / ratio(e, "objects + columns"), 1.5));
  goals.push(atMost("G6.e", "1 % of requests checked, on the payload", ratio(e, "columns, 1 % checked") / ratio(e, "columns"), 1.03));
  goals.push(atMost("G6.a1", "1 % of requests checked, on a1", ratio(a1, "tenon 1 % checked") / ratio(a1, "tenon"), 1.1));

  const cost = await checkCost(options);
  const check = { ...keep("check", byName(cost.finite)), ...keep("check", byName(cost.exact)) };
  goals.push(atMost("G7.finite", "compiled check of 500 × 30 numbers without keys (finite) against zod parse", ratio(check, "compiled, finite"), 1 / 40));
  goals.push(atMost("G7.exact", "compiled check of 500 × 30 (finite + exact keys) against zod parse", ratio(check, "compiled, finite + exact keys"), 1 / 15));
  const frozen = await freezeCost(options);
  rows.push({ workload: "freeze", compiledNs: rounded(frozen.compiledNs), recursiveNs: rounded(frozen.recursiveNs), immerNs: rounded(frozen.immerNs) });
  goals.push(atMost("G8", "compiled deep freeze of 1,001 objects against a recursive one", frozen.compiledNs / frozen.recursiveNs, 1 / 10));

  for (const [name, bar] of [["grfn", 15], ["effect", 20], ["async.auto", 40]] as const) {
    goals.push(atLeast(`G9.${name}`, `b1: CPU of ${name} against Tenon`, ratio(b1, name) / ratio(b1, "tenon"), bar));
  }

  const sync = requestOf(openShape(AD_SHAPE, nodeFunctions(AD_SHAPE, "work", "none"), { async: false, respond: RESPOND, checkedShare: 0 }));
  const remote = requestOf(openShape(AD_SHAPE, nodeFunctions(AD_SHAPE, "work", "resolved"), { async: true, respond: RESPOND, checkedShare: 0 }));
  const hand = handSync(AD_SHAPE, nodeFunctions(AD_SHAPE, "work", "none"), RESPOND);
  rows.push({ workload: "garbage", handSyncKB: rounded((await bytesPerRun(() => hand(1, CTX), 20_000)) / 1000) });
  goals.push(atMost("G10.sync", "garbage per request of 24 sync nodes, KB", (await bytesPerRun(sync, 20_000)) / 1000, 1.3));
  goals.push(atMost("G10.async", "garbage per request with 8 async nodes, KB", (await bytesPerRun(remote, 10_000)) / 1000, 4.7));
  goals.push(atMost("G12", "check, generate and load a 200-node graph, ms of CPU", compileMs(quick ? 9 : 25), 5));
  return { suite: "graph", goals, rows };
}
