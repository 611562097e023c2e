import type { HostConfig, RunningAdMixer } from "@tenon/admixer";
import { pause, systemClock } from "@tenon/graph-core";
import { appFiles } from "@tenon/studio/server";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import { reportsPath } from "../studio/reports-path.ts";
import { studioOfHost } from "../studio/studio-of-host.ts";
import type { Terminal } from "../terminal.ts";
import { type ShownChange, showChange } from "../whole/show-change.ts";
import { startWhole, type WholeSystem } from "../whole/start-whole.ts";
import type { UpOptions } from "./up.ts";
import { askSample, type Sample, sampleJson, sampleReport } from "./up-admixer.ts";

export interface WholeUp {
  readonly config: HostConfig;
  readonly folder: string;
  readonly options: UpOptions;
}

/** Edits that simulated advertisers make in a second, unless told otherwise. */
const EDITS_PER_SECOND = 2;

/** The whole system, with one sample request and one change of a bid that can be watched. */
export async function upWhole({ config, folder, options }: WholeUp, terminal: Terminal): Promise<ExitCode> {
  // Told before anything starts, where the folder is not there.
  const reports = reportsPath(options, terminal);
  const progress = progressOn(terminal);
  const startedMs = performance.now();
  // Built beside the start of the databases, where it is not built yet.
  const app = appFiles();
  app.catch(() => undefined);
  const system = await startWhole({
    ...{ config, folder, environment: terminal.environment as NodeJS.ProcessEnv },
    editsPerSecond: options.edits ?? EDITS_PER_SECOND,
    onStep: progress.step,
    onTrouble: (what, error) => terminal.talk(`tenon: ${what}: ${error.message}\n`),
    extend: (stores) => studioOfHost({ folder, reports, app, stores }),
    onNotice: (text) => terminal.talk(`tenon: ${text}\n`),
  }).finally(progress.end);
  const readyMs = performance.now() - startedMs;
  const stopAsked = terminal.stopAsked();
  try {
    const shown = await Promise.race([show(system, config.settings.adminToken), stopAsked]);
    if (shown === undefined) return ExitCode.incomplete;
    if (options.json)
      terminal.out(
        jsonText({
          ...sampleJson(system.admixer, shown.sample),
          change: shown.change ?? null,
          indexer: system.indexerUrl,
          readyMs,
          steps: system.steps,
        }),
      );
    else terminal.out(`${sampleReport(system.admixer, shown.sample, terminal)}${changeText(shown, system, terminal)}`);
    if (options.once) return shown.change === undefined ? ExitCode.incomplete : ExitCode.pass;
    if (!options.json) terminal.talk(servingText(system, options));
    await stopAsked;
    terminal.talk("stopping: running requests end, work under way is committed\n");
  } finally {
    await system.stop();
  }
  return ExitCode.pass;
}

interface Shown {
  readonly sample: Sample;
  readonly adId: number | undefined;
  readonly change: ShownChange | undefined;
}

async function show({ admixer, stores }: WholeSystem, adminToken: string | null): Promise<Shown> {
  const sample = await askSample(admixer, adminToken);
  const adId = sample.response.positions.find((position) => position.kind === "ad")?.adId as number | undefined;
  if (adId === undefined) return { sample, adId, change: undefined };
  const change = await showChange({
    ...{ adsDatabase: stores.adsDatabase, adId },
    servedSourceAtMs: async () => servedSourceAtMs(admixer, adId),
    pause: (ms) => pause(systemClock, ms),
  });
  return { sample, adId, change };
}

function servedSourceAtMs({ host }: RunningAdMixer, adId: number): number | null {
  return host.feed?.freshnessOf(adId).sourceAtMs ?? null;
}

function changeText({ adId, change }: Shown, { isNew }: WholeSystem, terminal: Terminal): string {
  const { bold, green, red, dim } = colorsFor(terminal.color);
  if (adId === undefined) return `${dim("no ad was shown, so there is no bid to change")}\n`;
  if (change === undefined)
    return `${red(`the changed bid of ad ${adId} was not served within 30 s`)}: \`tenon doc ${adId}\` says why\n`;
  const dollars = (micros: number) => `$${(micros / 1_000_000).toFixed(2)}`;
  return [
    `${bold("a change")} ${isNew ? "" : dim("(the databases were filled by an earlier start) ")}`,
    `  the bid of ad group ${change.adGroupId} rose from ${dollars(change.beforeMicros)} to ${dollars(change.afterMicros)} in the advertisers' database;`,
    `  ad ${adId} was served with it ${green(`${(change.servedAfterMs / 1_000).toFixed(2)} s`)} later`,
    "",
    "",
  ].join("\n");
}

function servingText({ edits, indexerUrl }: WholeSystem, options: UpOptions): string {
  const rate = options.edits ?? EDITS_PER_SECOND;
  const playing = edits === undefined ? "" : `, simulated advertisers edit ${rate} times a second`;
  return `serving${playing}; stages by call and metrics of the pipeline: ${indexerUrl}; Ctrl-C stops\n`;
}
