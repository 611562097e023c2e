import type { OnceAnswer } from "@tenon/admixer";
import { type HostConfig, type RunningAdMixer, startAdMixer } from "@tenon/admixer";
import { appFiles } from "@tenon/studio/server";
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import { folderOf } from "../project/project-of.ts";
import { feedLines, requestText } from "../serving/feed-table.ts";
import { reportsPath } from "../studio/reports-path.ts";
import { studioOfHost } from "../studio/studio-of-host.ts";
import type { Terminal } from "../terminal.ts";
import type { UpOptions } from "./up.ts";

/** The serving host alone: serves until it is asked to stop; with `--once`, until the sample request is answered. */
export async function upAdMixer(config: HostConfig, options: UpOptions, terminal: Terminal): Promise<ExitCode> {
  const progress = progressOn(terminal);
  progress.step("loading the marketplace and its index");
  const reports = reportsPath(options, terminal);
  const extend = studioOfHost({ folder: folderOf(options, terminal), reports, app: appFiles() });
  const running = await startAdMixer(config, { extend }).finally(progress.end);
  // Listened for from here on: before, there is nothing to bring to an end, and Ctrl-C simply ends the process.
  const stopAsked = terminal.stopAsked();
  try {
    const sample = await Promise.race([askSample(running, config.settings.adminToken), stopAsked]);
    if (sample === undefined) return ExitCode.incomplete;
    if (options.json) terminal.out(jsonText(sampleJson(running, sample)));
    else terminal.out(sampleReport(running, sample, terminal));
    if (options.once) return ExitCode.pass;
    if (!options.json) terminal.talk("serving; Ctrl-C stops\n");
    await stopAsked;
    terminal.talk("stopping: running requests end, the log is written\n");
  } finally {
    await running.stop();
  }
  return ExitCode.pass;
}

export interface Sample {
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: OnceAnswer["response"];
  /** From the client's side, over HTTP. */
  readonly durationMs: number;
}

/** Longest wait for the answer to the sample request, ms: a host that is silent must not keep a script waiting. */
const SAMPLE_MAX_MS = 20_000;

/** One sample request over the socket, traced: what anybody would see. */
export async function askSample(running: RunningAdMixer, adminToken: string | null): Promise<Sample> {
  const request: Readonly<Record<string, unknown>> = { ...running.sampleRequest() };
  const startedMs = performance.now();
  const { reply, body } = await ask(`${running.url}/v1/ads`, {
    method: "POST",
    signal: AbortSignal.timeout(SAMPLE_MAX_MS),
    headers: {
      "content-type": "application/json",
      "x-tenon-trace": "1",
      ...(adminToken !== null && { authorization: `Bearer ${adminToken}` }),
    },
    body: JSON.stringify(request),
  });
  const durationMs = performance.now() - startedMs;
  if (reply.ok) return { request, response: body as Sample["response"], durationMs: round(durationMs) };
  const { code, detail, title, hint } = body as Readonly<Record<string, string | undefined>>;
  throw cliError("hostSilent", {
    message: `the host started, but answered the sample request with ${reply.status}`,
    detail: [code, title, detail].filter((part) => part !== undefined).join(": "),
    hint: hint ?? "`tenon doctor` looks at settings and data",
  });
}

/** The answer to its last byte: the signal in `request` bounds both. */
async function ask(url: string, request: RequestInit): Promise<{ readonly reply: Response; readonly body: unknown }> {
  try {
    const reply = await fetch(url, request);
    return { reply, body: await reply.json() };
  } catch (cause) {
    throw cliError("hostSilent", {
      message: `the host started, but did not answer the sample request within ${SAMPLE_MAX_MS / 1_000} s`,
      detail: String((cause as Error).message),
      hint: "`tenon run` answers the same request without HTTP and shows where the time goes with --timing",
      cause,
    });
  }
}

/** What a program wants to know of the host and its answer. */
export function sampleJson({ url, startMs }: RunningAdMixer, sample: Sample): Readonly<Record<string, unknown>> {
  return {
    url,
    startMs: rounded(startMs),
    ...sample,
    traceUrl: traceUrlOf(url, sample),
    studioUrl: studioUrlOf(url, sample),
  };
}

function traceUrlOf(url: string, { response }: Sample): string {
  return `${url}/v1/trace/${response.requestId}`;
}

/** The page of the sample request. */
function studioUrlOf(url: string, { response }: Sample): string {
  return `${url}/studio/#view=run&run=${response.requestId}`;
}

export function sampleReport({ url, startMs, host }: RunningAdMixer, sample: Sample, terminal: Terminal): string {
  const colors = colorsFor(terminal.color);
  const { bold, cyan, dim } = colors;
  const { request, response, durationMs } = sample;
  return [
    `${bold("Tenon AdMixer")} ${cyan(url)}`,
    dim(
      `  ${host.marketplace.index.current().version.documentCount} ads of real brands, started in ${(startMs.total / 1_000).toFixed(1)} s`,
    ),
    dim(`  ${partsText(startMs)}`),
    "",
    `${bold("sample request")} ${requestText(request)}: answered in ${durationMs} ms`,
    "",
    ...feedLines(response, colors),
    "",
    `  ${bold("studio")}    ${cyan(studioUrlOf(url, sample))}`,
    `  trace     ${traceUrlOf(url, sample)}`,
    ...(["metrics", "openapi.json"] as const).map((path) => `  ${path.replace(".json", "").padEnd(9)} ${url}/${path}`),
    "",
  ].join("\n");
}

/** The parts of the start, in the order in which they were. */
function partsText(startMs: RunningAdMixer["startMs"]): string {
  const parts = Object.entries(startMs).filter(([name]) => name !== "total");
  return parts.map(([name, ms]) => `${name} ${Math.round(ms)} ms`).join(", ");
}

function rounded(parts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, round(value)]));
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
