import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pause, systemClock } from "@tenon/graph-core";
import { type Probe, type ProbeResult, ProbeResults, probesIn, type RunRecord, RunStore } from "@tenon/indexer/operate";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { nearest } from "../../output/nearest.ts";
import { tableLines } from "../../output/table.ts";
import { findProject } from "../../project/find-project.ts";
import { folderOf } from "../../project/project-of.ts";
import { hasTable, type StoreOptions, type Stores, withStores } from "../../stores/open-stores.ts";
import { duration } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface ProbeOptions extends StoreOptions {
  readonly folder?: string;
}

/** Results of a run: three steps on each of a hundred servers. */
const RESULTS_MAX = 300;
const LOOK_MS = 200;
/** Until a process takes the run, beside the probe's own deadlines, ms. */
const TAKEN_MS_MAX = 60_000;
const STEPS = 3;

/** `tenon probe list`: the project's probes, with how each went last on every server. */
export async function probeList(options: ProbeOptions, terminal: Terminal): Promise<ExitCode> {
  const probes = probesOf(options, terminal);
  return withStores(options, terminal, async (stores) => {
    const listed = [];
    for (const probe of probes) listed.push({ ...probe, last: await lastResults(stores, probe) });
    if (options.json) {
      terminal.out(jsonText({ probes: listed }));
      return ExitCode.pass;
    }
    const { dim } = colorsFor(terminal.color);
    const rows = listed.map(({ name, owner, schedule, change, last, purpose }) => [
      ...[name, owner, schedule ?? "by command", change.kind, resultsText(last), purpose],
    ]);
    const titles = ["probe", "owner", "schedule", "changes", "last", "for"];
    terminal.out(
      `${tableLines(
        titles.map((title) => ({ title })),
        rows,
        { head: dim },
      ).join("\n")}\n`,
    );
    return ExitCode.pass;
  });
}

/** `tenon probe run NAME`: asks for a run, waits for it, and says how late each server was; 1 when one was too late. */
export async function probeRun(name: string, options: ProbeOptions, terminal: Terminal): Promise<ExitCode> {
  const probe = probeNamed(name, probesOf(options, terminal));
  return withStores(options, terminal, async (stores) => {
    const { database, place } = stores;
    if (!(await hasTable(database, "indexer_run")))
      throw cliError("nothingRan", {
        message: "no indexing process has run yet",
        detail: `the database ${place} has no pipeline to look at`,
        hint: "start one that has the probe: PROBES_FOLDER and PROBE_SERVERS name folder and ad servers; `tenon up` sets both",
      });
    const runs = new RunStore(database);
    const id = (await runs.ask({ workflow: `probe-${name}` })) as number;
    const run = await endOf(runs, id, probe);
    const results = (await lastResults(stores, probe)).filter(({ runId }) => runId === id);
    if (options.json) terminal.out(jsonText({ probe: name, run, results }));
    else terminal.out(`${resultLines(run, results, terminal).join("\n")}\n`);
    return run.state === "done" ? ExitCode.pass : ExitCode.findings;
  });
}

/** @throws GraphError TENON1714 when nobody takes the run, or does not end it */
async function endOf(runs: RunStore, id: number, { name, deadlineMs }: Probe): Promise<RunRecord> {
  const workflow = `probe-${name}`;
  for (let waitedMs = 0; waitedMs < TAKEN_MS_MAX + STEPS * deadlineMs; waitedMs += LOOK_MS) {
    const run = (await runs.runs({ workflow, runsMax: 20 })).find((each) => each.id === id);
    if (run?.state === "done" || run?.state === "failed") return run;
    if (run?.state === "asked" && waitedMs > TAKEN_MS_MAX) break;
    await pause(systemClock, LOOK_MS);
  }
  throw cliError("nothingRan", {
    message: `nobody has ended run ${id} of probe "${name}"`,
    detail: "it was asked for; a process with role batch that knows the probe takes it",
    hint: "start one with PROBES_FOLDER and PROBE_SERVERS, or `tenon up`, which sets both; `tenon workflow runs` shows what runs",
  });
}

async function lastResults({ database }: Stores, { name }: Probe): Promise<readonly ProbeResult[]> {
  if (!(await hasTable(database, "indexer_probe_result"))) return [];
  const results = await new ProbeResults(database).latest(name, RESULTS_MAX);
  return results.filter(({ runId }) => runId === results[0]?.runId).toReversed();
}

function resultsText(results: readonly ProbeResult[]): string {
  if (results.length === 0) return "never ran";
  const late = results.find(({ latencyMs }) => latencyMs === null);
  if (late !== undefined) return `${late.step} too late on ${late.server}`;
  return `served after ${duration(Math.max(...results.map(({ latencyMs }) => latencyMs as number)))} at most`;
}

function resultLines({ error }: RunRecord, results: readonly ProbeResult[], { color }: Terminal): readonly string[] {
  const columns = [{ title: "step" }, { title: "server" }, { title: "after", align: "right" as const }];
  const rows = results.map(({ step, server, latencyMs }) => [
    ...[step, server, latencyMs === null ? "too late" : duration(latencyMs)],
  ]);
  return [...tableLines(columns, rows, { head: colorsFor(color).dim }), ...(error === null ? [] : ["", error])];
}

/** @throws GraphError TENON1700 where there is no folder of probes, TENON1693 for a file that is none */
function probesOf(options: ProbeOptions, terminal: Terminal): readonly Probe[] {
  const named = options.folder ?? terminal.environment["PROBES_FOLDER"];
  const folder =
    named === undefined || named === ""
      ? join(findProject(folderOf(options, terminal)).root, "probes")
      : resolve(terminal.folder, named);
  if (existsSync(folder)) return probesIn(folder);
  throw cliError("wrongUsage", {
    message: "there is no folder of probes",
    detail: `expected ${folder}`,
    hint: "make it, with a JSON file per probe, or name another one with --folder or PROBES_FOLDER",
  });
}

/** @throws GraphError TENON1715 */
function probeNamed(name: string, probes: readonly Probe[]): Probe {
  const found = probes.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = probes.map((each) => each.name);
  throw cliError("unknownName", {
    message: `there is no probe "${name}"`,
    detail: `there are ${names.join(", ") || "none"}`,
    hint: nearest(name, names) ?? "`tenon probe list` shows them",
  });
}
