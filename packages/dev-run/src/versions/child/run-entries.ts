/** What a child does with entries: run them, hand out values, explain ads, measure. One function per question. */
import { type GraphError, verdictText } from "@tenon/graph-core";
import type { RecordedEntry } from "../../corpus/recorded-entry.ts";
import { digestOf } from "../../replay/digest.ts";
import type { AnyExecutor } from "../../replay/graph-facts.ts";
import { type ObservedRun, type RunRecordedOptions, runRecorded } from "../../replay/run-recorded.ts";
import { plainValue } from "../../values/plain-value.ts";
import type { EntryPlace, EntryValues, ExplainedEntry, MeasuredEntry, RanEntry, RanStage } from "../protocol.ts";
import { loggedIsScored } from "./logged-is-scored.ts";
import { NodeTimes } from "./node-times.ts";
import { objectivesOf } from "./objectives-of.ts";
import type { OpenGraph } from "./open-corpora.ts";
import { topologyOfPlan } from "./topology-of-plan.ts";

export interface OpenEntry extends OpenGraph {
  readonly place: EntryPlace;
  readonly entry: RecordedEntry;
}

/** Longest message of an error that is handed on. */
const MESSAGE_CHARACTERS_MAX = 500;

export async function runEntry(open: OpenEntry, answers: readonly string[]): Promise<RanEntry> {
  const { place, executor } = open;
  const run = await observe(open);
  const { plan } = executor;
  return {
    place,
    slots: Object.fromEntries([...run.values].map(([key, { value }]) => [key, digestOf(value)])),
    failure: run.answer === undefined ? failureOf(run.failure) : null,
    misses: run.misses.map(({ node, message }) => ({ node: node ?? null, message: short(message) })),
    stages: stagesOf(run, executor),
    ran: plan.nodes.filter(({ index }) => run.outputs.has(index)).map(({ wired }) => wired.name),
    degraded: plan.nodes.filter(({ index }) => run.degraded.has(index)).map(({ wired }) => wired.name),
    logged: loggedIsScored(run, executor),
    answers: valuesOf(run, answers),
    objectives: objectivesOf(run),
  };
}

export async function entryValues(open: OpenEntry, slots: readonly string[]): Promise<EntryValues> {
  return { place: open.place, values: valuesOf(await observe(open), slots) };
}

export async function explainEntry(open: OpenEntry, ids: readonly number[]): Promise<ExplainedEntry> {
  const { ledger } = await observe(open);
  const topology = topologyOfPlan(open.executor);
  return { place: open.place, verdicts: ids.map((id) => ({ id, verdict: verdictText(ledger.explain(id), topology) })) };
}

export async function measureEntry(open: OpenEntry): Promise<MeasuredEntry> {
  const times = new NodeTimes();
  // What earlier runs left is collected now, and not within a node that happens to be next.
  globalThis.gc?.({ type: "minor" });
  const before = process.cpuUsage();
  await observe(open, times.hooks);
  const { user, system } = process.cpuUsage(before);
  const nodes = open.executor.plan.nodes.flatMap(({ index, wired }) => {
    const ms = times.of(index);
    return ms === undefined ? [] : [[wired.name, ms]];
  });
  return {
    place: open.place,
    cpuMs: (user + system) / 1_000,
    nodes: Object.fromEntries(nodes),
  };
}

/** @param hooks told of nodes as they run */
export function observe(
  { executor, entry, compose }: OpenEntry,
  hooks: RunRecordedOptions["hooks"] = {},
): Promise<ObservedRun> {
  return runRecorded(executor, entry.recording, {
    ...{ versions: "asBound", hooks },
    ...(compose !== undefined && { compose }),
  });
}

function valuesOf({ values }: ObservedRun, slots: readonly string[]): Readonly<Record<string, unknown>> {
  const asked = slots.flatMap((key) => {
    const found = values.get(key);
    return found === undefined ? [] : [[key, plainValue(found.value)]];
  });
  return Object.fromEntries(asked);
}

function stagesOf({ ledger }: ObservedRun, executor: AnyExecutor): readonly RanStage[] {
  const { stages } = ledger.toJson(topologyOfPlan(executor));
  return stages.map(({ node, entered, kept, byReason, drops }) => ({
    ...{ node, entered, kept, byReason },
    digest: digestOf(drops),
  }));
}

function failureOf(error: GraphError | undefined): RanEntry["failure"] {
  if (error === undefined) return null;
  return { code: error.code, node: error.node ?? null, message: short(error.message) };
}

function short(text: string): string {
  return text.slice(0, MESSAGE_CHARACTERS_MAX);
}
