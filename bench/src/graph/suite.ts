/**
 * The runtime against hand-written code and public libraries: goals G1 to G12 of the performance reference.
 * Not measured here: the error path, real network fan-out, several cores.
 */
import { checkGraph, compileGraph } from "@tenon/graph-core";
import { bytesPerRun } from "../harness/allocation.ts";
import { type Contender, type InterleaveOptions, interleave, type Measurement, median } from "../harness/interleave.ts";
import { atLeast, atMost, type Part, type Row, rounded, type SuiteOptions } from "../harness/report.ts";
import { handAsync, handSync } from "./hand.ts";
import { unevenLatency } from "./latency.ts";
import { type contenders, REQUESTS } from "./payload.ts";
import { asyncAutoPeer, effectPeer, grfnPeer, rxjsPeer } from "./peers.ts";
import { checkCost, freezeCost } from "./schema-cost.ts";
import { AD_SHAPE, type Body, CHAIN_SHAPE, nodeFunctions, RESPOND, type Remote, type ShapeNode } from "./shape.ts";
import { openShape, requestOf, shapeGraph } from "./tenon.ts";

/** What hand-written nodes get besides their inputs: the time of the request, read once, as for Tenon's. */
const handContext = (): { readonly nowMs: number } => ({ nowMs: Date.now() });
/** Requests kept in flight where remote answers take a turn of the event loop. */
const IN_FLIGHT = 32;

type Ratios = Readonly<Record<string, Measurement>>;

function byName(measured: readonly Measurement[]): Ratios {
  return Object.fromEntries(measured.map((each) => [each.name, each]));
}

async function assertSame(contenders: readonly Contender[]): Promise<void> {
  const answers = await Promise.all(
    contenders.map(async ({ name, run }) => [name, JSON.stringify(await run())] as const),
  );
  for (const [name, answer] of answers) {
    if (answer !== answers[0]?.[1])
      throw new Error(`contender ${name} gives ${answer}, the baseline ${answers[0]?.[1]}`);
  }
}

async function measure(contenders: readonly Contender[], options: InterleaveOptions): Promise<Ratios> {
  await assertSame(contenders);
  return byName(await interleave(contenders, options));
}

function syncShape(body: Body, options: InterleaveOptions): Promise<Ratios> {
  const copy = () => nodeFunctions(AD_SHAPE, body, "none");
  const hand = handSync(AD_SHAPE, copy(), RESPOND);
  const open = (checkedShare: number) =>
    requestOf(openShape(AD_SHAPE, copy(), { async: false, respond: RESPOND, checkedShare }));
  return measure(
    [
      { name: "hand", run: () => hand(1, handContext()) },
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
    { name: "hand", run: () => hand(1, handContext()), async: true, ...flight },
    { name: "tenon", run: tenon, async: true, ...flight },
  ];
  if (peers) {
    for (const [name, peer] of Object.entries({
      grfn: grfnPeer,
      effect: effectPeer,
      "async.auto": asyncAutoPeer,
      rxjs: rxjsPeer,
    })) {
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
  return ((measured.shape?.ns ?? 0) - (measured.single?.ns ?? 0)) / (AD_SHAPE.length - 1);
}

let payloadCopies = 0;

/** The payload module anew: contenders that share its functions share their type feedback, too. */
async function payloadCopy(): Promise<typeof contenders> {
  const module: { readonly contenders: typeof contenders } = await import(`./payload.ts?copy=${++payloadCopies}`);
  return module.contenders;
}

async function payloads(options: InterleaveOptions): Promise<Ratios> {
  const numbered = (run: (request: number) => unknown) => {
    let request = 0;
    return () => run(request++ % REQUESTS);
  };
  type Opened = ReturnType<typeof contenders.columnar>;
  const ids = Array.from({ length: 1024 }, (_, at) => `request-${at}`);
  const winnersOf = (executor: Opened) => {
    let served = 0;
    return numbered(
      (request) =>
        (
          executor.execute({ request }, executor.begin({ requestId: ids[served++ & 1023] as string })) as {
            winners: unknown;
          }
        ).winners,
    );
  };
  const objects = async (frozen: boolean, checkedShare: number) =>
    winnersOf((await payloadCopy()).objectsAndColumns({ frozen, checkedShare }));
  const columns = async (checkedShare: number) => winnersOf((await payloadCopy()).columnar({ checkedShare }));
  return measure(
    [
      { name: "hand spread", run: numbered((await payloadCopy()).handSpread()) },
      { name: "hand columns", run: numbered((await payloadCopy()).handColumns()) },
      { name: "objects + columns, frozen", run: await objects(true, 0) },
      { name: "columns", run: await columns(0) },
      { name: "columns, 1 % checked", run: await columns(0.01) },
      { name: "columns, all checked", run: await columns(1) },
      { name: "objects + columns", run: await objects(false, 0) },
      { name: "objects + columns, all checked", run: await objects(false, 1) },
    ],
    options,
  );
}

function cpuMs(work: () => void): number {
  const { user, system } = process.cpuUsage();
  work();
  const after = process.cpuUsage();
  return (after.user + after.system - user - system) / 1000;
}

/** Graphs compiled before the measured ones: a host compiles its graphs one after the other, too. */
const COMPILED_BEFORE = 5;

/** The checks of a 200-node graph, and generating and loading its plan: ms of CPU, medians. */
function compileMs(times: number): { readonly checkMs: number; readonly planMs: number } {
  const chain = () =>
    shapeGraph(CHAIN_SHAPE, nodeFunctions(CHAIN_SHAPE, "trivial", "none"), { async: false, respond: ["link199"] });
  const measured = Array.from({ length: COMPILED_BEFORE + times }, chain).map((declared) => {
    const checkMs = cpuMs(() => checkGraph(declared));
    return { checkMs, planMs: cpuMs(() => compileGraph(declared)) - checkMs };
  });
  const kept = measured.slice(COMPILED_BEFORE);
  return { checkMs: median(kept.map((each) => each.checkMs)), planMs: median(kept.map((each) => each.planMs)) };
}

function rowsOf(workload: string, measured: Ratios): Row[] {
  return Object.values(measured).map(({ name, ns, ratio }) => ({
    workload,
    name,
    ns: rounded(ns),
    ratio: rounded(ratio),
  }));
}

function ratioOf(measured: Ratios, name: string): number {
  return measured[name]?.ratio ?? Number.NaN;
}

/** One workload: what it measures, alone in its process. */
type Workload = (options: InterleaveOptions, quick: boolean) => Promise<Part>;

const syncNodes: Workload = async (options) => {
  const a = await syncShape("trivial", options);
  const a1 = await syncShape("work", options);
  return {
    goals: [
      atMost("G1", "a1: 24 sync nodes, 150 ns bodies, against hand-written code", ratioOf(a1, "tenon"), 1.02),
      atMost("G6.a1", "1 % of requests checked, on a1", ratioOf(a1, "tenon 1 % checked") / ratioOf(a1, "tenon"), 1.1),
    ],
    rows: [...rowsOf("a", a), ...rowsOf("a1", a1)],
  };
};

const perNode: Workload = async (options) => ({
  goals: [atMost("G1.node", "trivial bodies: ns per further node", await nanosecondsPerNode(options), 1)],
  rows: [],
});

const resolvedPromises: Workload = async (options) => {
  const b1 = await asyncShape("trivial", "resolved", options, false);
  return {
    goals: [
      atMost(
        "G2.b1",
        "8 resolved promises among 24 nodes, against async/await + Promise.all",
        ratioOf(b1, "tenon"),
        0.9,
      ),
    ],
    rows: rowsOf("b1", b1),
  };
};

const eventLoopTurns: Workload = async (options) => {
  const b2 = await asyncShape("trivial", "immediate", options, false);
  return {
    goals: [atMost("G2.b2", "the same through setImmediate, 32 requests in flight", ratioOf(b2, "tenon"), 1)],
    rows: rowsOf("b2", b2),
  };
};

const resolvedWithBodies: Workload = async (options) => {
  const b1w = await asyncShape("work", "resolved", options, false);
  return { goals: [atMost("G2.b1w", "b1 with 150 ns bodies", ratioOf(b1w, "tenon"), 1)], rows: rowsOf("b1w", b1w) };
};

const peers: Workload = async (options) => {
  const b1 = await asyncShape("trivial", "resolved", { ...options, rounds: Math.ceil(options.rounds / 2) }, true);
  const bars = { grfn: 15, effect: 20, "async.auto": 40 } as const;
  return {
    goals: Object.entries(bars).map(([name, bar]) =>
      atLeast(`G9.${name}`, `b1: CPU of ${name} against Tenon`, ratioOf(b1, name) / ratioOf(b1, "tenon"), bar),
    ),
    rows: rowsOf("b1 peers", b1),
  };
};

const latency: Workload = async (_options, quick) => {
  const { handMs, tenonMs, criticalPathMs } = await unevenLatency(quick ? 41 : 201);
  return {
    goals: [atMost("G3", "latency on uneven branches against hand-written continuations", tenonMs / handMs, 1.05)],
    rows: [{ workload: "uneven branches", handMs: rounded(handMs), tenonMs: rounded(tenonMs), criticalPathMs }],
  };
};

const payload: Workload = async (options) => {
  const e = await payloads({ ...options, rounds: Math.ceil(options.rounds / 2) });
  const ratio = (name: string) => ratioOf(e, name);
  return {
    goals: [
      atMost(
        "G4.columns",
        "500 × 30 payload on columns with top-k, against hand-written spread objects",
        ratio("columns"),
        0.1,
      ),
      atMost(
        "G4.layout",
        "the same on columns, against hand-written code on columns",
        ratio("columns") / ratio("hand columns"),
        1.1,
      ),
      atMost(
        "G4.objects",
        "objects + columns + top-k, candidates frozen on every request",
        ratio("objects + columns, frozen"),
        0.6,
      ),
      atMost(
        "G5",
        "every request checked (clocks, validation, freeze, checksums), columns, against the same unchecked",
        ratio("columns, all checked") / ratio("columns"),
        1.5,
      ),
      atMost(
        "G5.objects",
        "every request checked, objects + columns, against the same unchecked",
        ratio("objects + columns, all checked") / ratio("objects + columns"),
        1.5,
      ),
      atMost("G6.e", "1 % of requests checked, on the payload", ratio("columns, 1 % checked") / ratio("columns"), 1.03),
    ],
    rows: rowsOf("e", e),
  };
};

const numberChecks: Workload = async (options) => {
  const finite = byName(await checkCost("finite", options));
  return {
    goals: [
      atMost(
        "G7.finite",
        "compiled check of 500 × 30 numbers without keys (finite) against zod parse",
        ratioOf(finite, "compiled"),
        1 / 40,
      ),
    ],
    rows: rowsOf("check, finite", finite),
  };
};

const recordChecks: Workload = async (options) => {
  const exact = byName(await checkCost("exact", options));
  return {
    goals: [
      atMost(
        "G7.exact",
        "compiled check of 500 × 30 (finite + exact keys) against zod parse",
        ratioOf(exact, "compiled"),
        1 / 15,
      ),
    ],
    rows: rowsOf("check, finite + exact keys", exact),
  };
};

const freezing: Workload = async (options) => {
  const frozen = await freezeCost(options);
  return {
    goals: [
      atMost(
        "G8",
        "compiled deep freeze of 1,001 objects against a recursive one",
        frozen.compiledNs / frozen.recursiveNs,
        1 / 10,
      ),
    ],
    rows: [
      {
        workload: "freeze",
        compiledNs: rounded(frozen.compiledNs),
        recursiveNs: rounded(frozen.recursiveNs),
        immerNs: rounded(frozen.immerNs),
        callsOfFreezeNs: rounded(frozen.callsNs),
      },
    ],
  };
};

const garbage: Workload = async () => {
  const hand = handSync(AD_SHAPE, nodeFunctions(AD_SHAPE, "work", "none"), RESPOND);
  const open = (remote: Remote) =>
    requestOf(
      openShape(AD_SHAPE, nodeFunctions(AD_SHAPE, "work", remote), {
        async: remote !== "none",
        respond: RESPOND,
        checkedShare: 0,
      }),
    );
  const handAsyncRun = handAsync(nodeFunctions(AD_SHAPE, "work", "resolved"));
  const kilobytes = async (run: () => unknown) => rounded((await bytesPerRun(run)) / 1000);
  return {
    goals: [
      atMost("G10.sync", "garbage per request of 24 sync nodes, KB", await kilobytes(open("none")), 1.3),
      atMost("G10.async", "garbage per request with 8 async nodes, KB", await kilobytes(open("resolved")), 4.7),
    ],
    rows: [
      {
        workload: "garbage",
        handSyncKB: await kilobytes(() => hand(1, handContext())),
        handAsyncKB: await kilobytes(() => handAsyncRun(1, handContext())),
      },
    ],
  };
};

const compiling: Workload = async (_options, quick) => {
  const { checkMs, planMs } = compileMs(quick ? 9 : 25);
  return {
    goals: [atMost("G12", "generate and load the plan of a 200-node graph, ms of CPU", planMs, 5)],
    rows: [{ workload: "compile 200 nodes", checkMs: rounded(checkMs), planMs: rounded(planMs) }],
  };
};

const WORKLOADS: Readonly<Record<string, Workload>> = {
  syncNodes,
  perNode,
  resolvedPromises,
  eventLoopTurns,
  resolvedWithBodies,
  latency,
  payload,
  numberChecks,
  recordChecks,
  freezing,
  peers,
  garbage,
  compiling,
};

/** Each is measured in a process of its own: what one graph taught the engine must not slow the next. */
export const parts: readonly string[] = Object.keys(WORKLOADS);

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  const workload = WORKLOADS[name];
  if (workload === undefined) throw new Error(`suite graph has no part "${name}"; parts: ${parts.join(", ")}`);
  return workload(quick ? { rounds: 21, batchMs: 8 } : { rounds: 51, batchMs: 20 }, quick);
}
