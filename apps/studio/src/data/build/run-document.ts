import { type LedgerStage, traceToJson } from "@tenon/graph-core";
import { runSentence } from "../explain/sentences.ts";
import { RUN_FORMAT, type RunDocument, type Stage } from "../run-document.ts";
import type { RunInput } from "./run-input.ts";

/** One run as the page shows it; every candidate's way is in it, so that each verdict can be made without a server. */
export function runDocument(input: RunInput): RunDocument {
  const { topology, ledger } = input;
  const trace = traceToJson(input.trace, topology);
  const places = new Map<number, number>();
  const ads: number[] = [];
  const placeOf = (id: number) => {
    const known = places.get(id);
    if (known !== undefined) return known;
    places.set(id, ads.length);
    return ads.push(id) - 1;
  };
  const stages = ledger.stages.map((stage): Stage => stageOf(stage, input, placeOf));
  const reasons = [...ledger.countsByReason().keys()].flatMap((reason) => {
    const facts = input.meaningOf(reason);
    return facts === undefined ? [] : [[reason, { meaning: facts.meaning, actor: facts.actor }] as const];
  });
  const run: RunDocument = {
    format: RUN_FORMAT,
    requestId: trace.requestId,
    graph: trace.graph,
    graphHash: trace.topologyHash,
    startedAtMs: trace.startedAtMs,
    durationMs: trace.durationMs,
    failureCode: trace.failureCode,
    verdict: "",
    request: { ...input.request },
    indexVersion: input.indexVersion,
    versions: { ...input.versions },
    nodes: trace.nodes.map(({ owner: _, ...node }) => node),
    criticalPath: [...trace.criticalPath],
    slots: [...trace.slots],
    ads,
    stages,
    scores: Object.fromEntries([...input.scores].filter(([id]) => places.has(id))),
    brands: Object.fromEntries([...input.brands].filter(([id]) => places.has(id))),
    shown: [...input.shown],
    reasons: Object.fromEntries(reasons),
    conserved: ledger.conserved().ok,
    loggedAsScored: input.loggedAsScored,
  };
  return { ...run, verdict: runSentence(run) };
}

function stageOf(
  { nodeIndex, batch, droppedRows, drops }: LedgerStage,
  { topology }: RunInput,
  placeOf: (id: number) => number,
): Stage {
  const { name = `node ${nodeIndex}`, owner = "" } = topology.nodes[nodeIndex] ?? {};
  const entered = Array.from({ length: batch.size }, (_, row) => placeOf(batch.ids.at(row)));
  return {
    node: name,
    owner,
    entered,
    drops: drops.map(({ reason, threshold, value }, at) => ({
      ad: entered[droppedRows[at] ?? 0] ?? 0,
      reason,
      threshold: threshold ?? null,
      value: value ?? null,
    })),
  };
}
