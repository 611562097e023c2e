/**
 * Latency on uneven branches: 4 branches × 4 timer stages, three of 1 ms and one of 6 ms per branch, each in another
 * place. Critical path 9 ms. Wall time, median; the baseline is hand-written continuation code of the same graph.
 */
import { compileGraph, createExecutor, graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";
import { median } from "../harness/interleave.ts";

const BRANCHES = 4;
const STAGES = 4;
const SHORT_MS = 1;
const LONG_MS = 6;

const stageMs = (branch: number, stage: number): number => (branch === stage ? LONG_MS : SHORT_MS);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function tenonRun(): () => Promise<unknown> {
  const token = (name: string) => slot(name, z.number(), { owner: "bench" });
  const Request = token("request");
  const Total = token("total");
  const nodes: Record<string, ReturnType<typeof node>> = {};
  const ends: ReturnType<typeof token>[] = [];
  for (let branch = 0; branch < BRANCHES; branch++) {
    let before = Request;
    for (let stage = 0; stage < STAGES; stage++) {
      const read = before;
      const written = token(`b${branch}s${stage}`);
      nodes[written.name] = node({
        owner: "bench",
        purpose: "a timer stage",
        reads: [read],
        writes: [written],
        async: true,
        onFailure: "failRequest",
        run: (async (inputs: Readonly<Record<string, number>>) => {
          await wait(stageMs(branch, stage));
          return { [written.name]: (inputs[read.name] as number) + 1 };
        }) as never,
      }) as never;
      before = written;
    }
    ends.push(before);
  }
  nodes.total = node({
    owner: "bench",
    purpose: "joins the branches",
    reads: ends,
    writes: [Total],
    run: ((inputs: Readonly<Record<string, number>>) => ({
      total: Object.values(inputs).reduce((sum, each) => sum + each, 0),
    })) as never,
  }) as never;
  const declared = graph({
    name: "uneven",
    owner: "bench",
    request: [Request],
    nodes,
    respond: [Total],
  } as never) as never;
  const executor = createExecutor(compileGraph(declared), { resources: {}, checkedShare: 0 } as never);
  return () => executor.execute({ request: 0 } as never, executor.begin({ requestId: "r" })) as Promise<unknown>;
}

/** One continuation per stage and one counter, as the plan would be written by hand. */
function handRun(): () => Promise<unknown> {
  return () =>
    new Promise((resolve) => {
      let open = BRANCHES;
      let total = 0;
      const start = (branch: number, stage: number, value: number): void => {
        if (stage === STAGES) {
          total += value;
          if (--open === 0) resolve({ total });
        } else void wait(stageMs(branch, stage)).then(() => start(branch, stage + 1, value + 1));
      };
      for (let branch = 0; branch < BRANCHES; branch++) start(branch, 0, 0);
    });
}

async function wallMs(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

/** Medians over interleaved runs, ms. */
export async function unevenLatency(
  runs: number,
): Promise<{ readonly tenonMs: number; readonly handMs: number; readonly criticalPathMs: number }> {
  const tenon = tenonRun();
  const hand = handRun();
  const times: { tenon: number[]; hand: number[] } = { tenon: [], hand: [] };
  for (let at = 0; at < runs; at++) {
    times.hand.push(await wallMs(hand));
    times.tenon.push(await wallMs(tenon));
  }
  return {
    tenonMs: median(times.tenon),
    handMs: median(times.hand),
    criticalPathMs: LONG_MS + (STAGES - 1) * SHORT_MS,
  };
}
