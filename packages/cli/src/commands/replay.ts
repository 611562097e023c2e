import { resolve } from "node:path";
import { KNOBS, type KnobName, servingKnob } from "@tenon/admixer";
import {
  type AdVerdict,
  adVerdict,
  corpusHash,
  type Edit,
  type Flip,
  findLeak,
  type Leak,
  minimalFlip,
  type ObservedRun,
  openWhatIf,
  type RecordedEntry,
  type ReplayedRun,
  replayEntry,
  valueJson,
  type WhatIfResult,
} from "@tenon/dev-run";
import { topologyOf } from "@tenon/graph-core";
import { cliError } from "../cli-error.ts";
import { type FoundRuns, findRuns } from "../dev-run/corpora.ts";
import { type Replayer, Replayers } from "../dev-run/executors.ts";
import { editOf } from "../dev-run/override-words.ts";
import { corpusText, runsText, runText } from "../dev-run/replay-text.ts";
import { saveTest } from "../dev-run/saved-test.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import type { Terminal } from "../terminal.ts";

export interface ReplayOptions {
  readonly ids?: boolean;
  readonly from?: string;
  readonly override?: readonly string[];
  readonly explain?: number;
  readonly flip?: KnobName;
  readonly leaks?: boolean;
  readonly values?: boolean;
  readonly saveTest?: string;
  readonly json?: boolean;
}

/** `tenon replay CORPUS|ID [ID]`: all runs of a corpus, or one run in detail. */
export async function replay(
  asked: string,
  id: string | undefined,
  options: ReplayOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const found = findRuns(asked, id, terminal.folder);
  const { corpus, entry } = found;
  if (options.ids) {
    terminal.out(runsText(entry === undefined ? corpus.entries() : [entry], options));
    return ExitCode.pass;
  }
  return entry === undefined ? replayAll(found, options, terminal) : replayOne({ ...found, entry }, options, terminal);
}

/** What became of the runs of a corpus. */
export interface CorpusReport {
  readonly corpus: string;
  readonly hash: string;
  readonly madeBy: string;
  readonly runs: number;
  readonly same: number;
  /** Runs that gave something else, by the first node that did. */
  readonly different: readonly {
    readonly node: string;
    readonly owner: string;
    readonly requestIds: readonly string[];
  }[];
  /** Runs that asked for what was not recorded. */
  readonly incomplete: readonly { readonly requestId: string; readonly message: string }[];
  readonly versions: ReplayedRun["versions"];
  readonly durationMs: number;
}

async function replayAll({ corpus }: FoundRuns, options: ReplayOptions, terminal: Terminal): Promise<ExitCode> {
  refuseDetails(options);
  const replayers = new Replayers(corpus.header);
  const progress = progressOn(terminal);
  const startedMs = performance.now();
  const different = new Map<string, { readonly node: string; readonly owner: string; readonly requestIds: string[] }>();
  const incomplete: { requestId: string; message: string }[] = [];
  const versions = new Map<string, ReplayedRun["versions"][number]>();
  let runs = 0;
  let same = 0;
  for (const entry of corpus.entries()) {
    const { graph, requestId } = entry.recording;
    const { executor, manner } = replayers.of(graph);
    const run = await replayEntry(executor, entry, manner);
    if (++runs % 50 === 0) progress.step(`${runs} runs`);
    for (const each of run.versions) versions.set(`${each.resource} ${each.recorded}`, each);
    const [miss] = run.misses;
    if (miss !== undefined) incomplete.push({ requestId, message: miss.message });
    else if (run.same) same++;
    else {
      const node = run.firstDifferent?.node ?? run.failure?.node ?? "the run as a whole";
      const owner = executor.plan.nodes.find(({ wired }) => wired.name === node)?.wired.definition.owner ?? "";
      const known = different.get(node) ?? { node, owner, requestIds: [] };
      different.set(node, known);
      known.requestIds.push(requestId);
    }
  }
  progress.end();
  const report: CorpusReport = {
    corpus: corpus.path,
    hash: corpusHash(corpus),
    madeBy: corpus.header.madeBy,
    ...{ runs, same, incomplete },
    different: [...different.values()].sort((left, right) => right.requestIds.length - left.requestIds.length),
    versions: [...versions.values()],
    durationMs: Math.round(performance.now() - startedMs),
  };
  terminal.out(options.json ? jsonText(report) : corpusText(report, colorsFor(terminal.color)));
  if (report.different.length > 0) return ExitCode.findings;
  return incomplete.length > 0 ? ExitCode.incomplete : ExitCode.pass;
}

/** @throws GraphError TENON1700 */
function refuseDetails({ from, override, explain, flip, leaks, saveTest: saved, values }: ReplayOptions): void {
  const given = { from, override, explain, flip, leaks, "save-test": saved, values };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw cliError("wrongUsage", {
    message: `--${name} is for one run`,
    detail: "a whole corpus was named",
    hint: "add the id of a run: `tenon replay CORPUS ID`",
  });
}

/** What became of one run. */
export interface RunReport {
  readonly entry: RecordedEntry;
  readonly run: ReplayedRun;
  readonly edited: WhatIfResult | undefined;
  readonly verdict: AdVerdict | undefined;
  readonly flip: Flip | undefined;
  readonly leak: Leak | undefined;
  readonly knob: KnobName | undefined;
}

async function replayOne(
  { corpus, entry }: FoundRuns & { readonly entry: RecordedEntry },
  options: ReplayOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const edits = (options.override ?? []).map(editOf);
  const replayer = new Replayers(corpus.header).of(entry.recording.graph);
  const report = await reportOf(entry, replayer, edits, options);
  if (options.saveTest !== undefined) {
    const verdicts = [report.edited?.ads[0]?.after ?? report.verdict].filter((verdict) => verdict !== undefined);
    saveTest(resolve(terminal.folder, options.saveTest), { header: corpus.header, entry, edits, verdicts });
  }
  terminal.out(
    options.json ? jsonText(jsonReport(report, options)) : runText(report, options, colorsFor(terminal.color)),
  );
  if (report.run.misses.length > 0 || (report.edited?.after.misses.length ?? 0) > 0) return ExitCode.incomplete;
  return report.run.same && report.leak === undefined ? ExitCode.pass : ExitCode.findings;
}

async function reportOf(
  entry: RecordedEntry,
  { executor, manner }: Replayer,
  edits: readonly Edit[],
  { from, explain, flip: knob, leaks }: ReplayOptions,
): Promise<RunReport> {
  const { recording } = entry;
  if (explain !== undefined) requireAds(executor);
  const run = await replayEntry(executor, entry, { ...manner, ...(from !== undefined && { from }) });
  const topology = topologyOf(executor.plan.graph);
  const verdict = explain === undefined ? undefined : adVerdict(run.ledger, topology, explain);
  const leak = leaks ? await findLeak(executor, recording, manner) : undefined;
  const edited =
    edits.length === 0
      ? undefined
      : await (await openWhatIf(executor, recording, manner)).try(edits, explain === undefined ? [] : [explain]);
  const flip =
    knob === undefined ? undefined : await flipOf(recording, { executor, manner }, run, { knob, adId: explain });
  return { entry, run, edited, verdict, flip, leak, knob };
}

/** @throws GraphError TENON1700 for a graph that judges no ads */
function requireAds({ plan, graphName }: Replayer["executor"]): void {
  if (plan.nodes.some(({ wired }) => wired.definition.kind === "filter")) return;
  throw cliError("wrongUsage", {
    message: `--explain is for runs that judge ads; graph "${graphName}" has no filter`,
    hint: "name a run of a serving graph, or leave --explain out",
  });
}

async function flipOf(
  recording: RecordedEntry["recording"],
  { executor, manner }: Replayer,
  run: ObservedRun,
  { knob, adId }: { readonly knob: KnobName; readonly adId: number | undefined },
): Promise<Flip> {
  if (adId === undefined) {
    throw cliError("wrongUsage", {
      message: "--flip needs an ad",
      detail: `it looks for the smallest ${KNOBS.join(" or ")} that turns the verdict of one ad`,
      hint: "add --explain AD",
    });
  }
  return minimalFlip(executor, recording, { ...manner, adId, knob: servingKnob(executor, run, adId, knob) });
}

function jsonReport({ entry, run, edited, verdict, flip, leak }: RunReport, { values }: ReplayOptions): object {
  const { recording, stratum, recordedAtMs } = entry;
  const shown = edited?.after ?? run;
  return {
    requestId: recording.requestId,
    graph: recording.graph,
    ...{ stratum, recordedAtMs },
    same: run.same,
    firstDifferent: run.firstDifferent ?? null,
    failure: run.failure === undefined ? null : { code: run.failure.code, message: run.failure.message },
    versions: run.versions,
    ...(edited !== undefined && {
      edited: {
        edits: edited.edits,
        rerun: edited.rerun,
        changed: edited.changed,
        first: edited.first ?? null,
        responseChanged: edited.responseChanged,
        failure: edited.after.failure?.message ?? null,
        ads: edited.ads,
      },
    }),
    ...(verdict !== undefined && { explained: verdict }),
    ...(flip !== undefined && { flip }),
    ...(leak !== undefined && { leak }),
    answer: valueJson(shown.answer ?? null),
    ...(values && {
      values: Object.fromEntries(
        [...shown.values].map(([slot, { node, value }]) => [slot, { node, value: valueJson(value) }]),
      ),
    }),
  };
}
