import { readConfig } from "@tenon/admixer";
import { type LedgerJson, type TraceJson, traceToJson, verdictText } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { type Colors, colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import { graphNamed } from "../project/graph-named.ts";
import { loadGraphs } from "../project/load-graphs.ts";
import { folderOf, projectOf } from "../project/project-of.ts";
import { type AnsweredRequest, answerRequest } from "../serving/answer-request.ts";
import { feedLines, requestText } from "../serving/feed-table.ts";
import { readRequest } from "../serving/read-request.ts";
import { ledgerLines, ledgerSummary, timingLines, timingSummary } from "../serving/run-tables.ts";
import { settingFlags } from "../serving/settings-flags.ts";
import type { Terminal } from "../terminal.ts";

export interface RunOptions extends Readonly<Record<string, unknown>> {
  readonly project?: string;
  readonly request?: string;
  readonly sample?: number;
  readonly json?: boolean;
  readonly ledger?: boolean;
  readonly timing?: boolean;
  readonly explain?: number;
}

/** The graph that this command has a host for. */
const HOSTED = adRequest.name;

/** `tenon run [graph]`: one request, answered and explained. */
export async function run(graph: string | undefined, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  if (graph !== undefined && graph !== HOSTED) await refuseGraph(graph, options, terminal);
  const config = readConfig({
    folder: folderOf(options, terminal),
    environment: terminal.environment,
    flags: settingFlags(options),
  });
  const request = options.request === undefined ? (options.sample ?? 0) : await readRequest(options.request, terminal);
  const progress = progressOn(terminal);
  const answered = await answerRequest({ config, request, onStep: progress.step }).finally(progress.end);
  const facts = factsOf(answered, options.explain);
  terminal.out(
    options.json ? jsonText(jsonReport(facts, options)) : textReport(facts, options, colorsFor(terminal.color)),
  );
  return ExitCode.pass;
}

async function refuseGraph(name: string, options: RunOptions, terminal: Terminal): Promise<never> {
  const graph = graphNamed(name, await loadGraphs(projectOf(options, terminal)));
  throw cliError("unknownGraph", {
    message: `graph "${graph.name}" (owner ${graph.owner}) has no host that this command could run it on`,
    detail: `its request is ${graph.request.map((slot) => slot.name).join(", ") || "empty"}`,
    hint: `\`tenon run ${HOSTED}\` runs the request path; run others from code: createExecutor(compileGraph(graph), …)`,
  });
}

interface RunFacts extends AnsweredRequest {
  readonly trace: TraceJson;
  readonly ledger: LedgerJson;
  /** Of the ad that was asked about. */
  readonly verdict: { readonly adId: number; readonly verdict: string; readonly steps: readonly Step[] } | undefined;
}

interface Step {
  readonly node: string;
  readonly owner: string;
  readonly fate: "kept" | "dropped";
  readonly reason: string | null;
  readonly threshold: number | string | null;
  readonly value: number | string | null;
}

function factsOf(answered: AnsweredRequest, adId: number | undefined): RunFacts {
  const { host, answer } = answered;
  const { ctx } = answer;
  const trace = ctx.trace === undefined ? undefined : traceToJson(ctx.trace, host.topology);
  if (trace === undefined) throw new Error("a traced request left no trace");
  const verdict = adId === undefined ? undefined : verdictOf(answered, adId);
  return { ...answered, trace, ledger: ctx.ledger.toJson(host.topology), verdict };
}

function verdictOf({ host, answer }: AnsweredRequest, adId: number): NonNullable<RunFacts["verdict"]> {
  const { topology } = host;
  const path = answer.ctx.ledger.explain(adId);
  const position = answer.response.positions.findIndex((each) => each.kind === "ad" && each.adId === adId);
  const steps = path.steps.map((step): Step => {
    const { name = "", owner = "" } = topology.nodes[step.nodeIndex] ?? {};
    const drop = step.fate === "dropped" ? step.drop : undefined;
    return {
      node: name,
      owner,
      fate: step.fate,
      reason: drop?.reason ?? null,
      threshold: drop?.threshold ?? null,
      value: drop?.value ?? null,
    };
  });
  const shown = `ad ${adId} was shown at position ${position + 1}`;
  return { adId, verdict: position === -1 ? verdictText(path, topology) : shown, steps };
}

function jsonReport({ request, answer, trace, ledger, verdict }: RunFacts, options: RunOptions): object {
  const stages = ledger.stages.map(({ drops, ...stage }) => ({ ...stage, ...(options.ledger && { drops }) }));
  return {
    request,
    response: answer.response,
    timing: {
      durationMs: trace.durationMs,
      criticalPath: trace.criticalPath,
      nodes: trace.nodes.map(({ name, owner, outcome, startMs, durationMs, waitMs, retries, sizeOut, critical }) => ({
        name,
        owner,
        outcome,
        startMs,
        durationMs,
        waitMs,
        retries,
        sizeOut,
        critical,
      })),
    },
    ledger: { ...ledger, stages },
    ...(verdict !== undefined && { explained: verdict }),
  };
}

function textReport(facts: RunFacts, options: RunOptions, colors: Colors): string {
  const { request, answer, trace, ledger, verdict } = facts;
  const { bold, dim } = colors;
  const lines = [`${bold("request")} ${answer.response.requestId}: ${requestText(request)}`, ""];
  lines.push(...feedLines(answer.response, colors), "");
  lines.push(`${bold("candidates")} ${ledgerSummary(ledger)}`);
  if (options.ledger) lines.push(...ledgerLines(ledger, colors), "");
  lines.push(`${bold("time")} ${timingSummary(trace)} ${dim("(a young process: a server is faster)")}`);
  if (options.timing) lines.push(...timingLines(trace, colors));
  if (verdict !== undefined) lines.push("", `${bold("explained")} ${verdict.verdict}`, ...verdict.steps.map(stepLine));
  return `${lines.join("\n")}\n`;
}

function stepLine({ node, owner, fate, reason, threshold, value }: Step): string {
  const compared = value === null ? "" : threshold === null ? `: ${value}` : `: ${value} against ${threshold}`;
  return `  ${fate} by ${node} (${owner})${reason === null ? "" : `, ${reason}${compared}`}`;
}
