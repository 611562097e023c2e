/** Replays in words. */
import type { Flip, RecordedEntry } from "@tenon/dev-run";
import { valueJson } from "@tenon/dev-run";
import type { CorpusReport, ReplayOptions, RunReport } from "../commands/replay.ts";
import type { Colors } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { tableLines } from "../output/table.ts";

const IDS_SHOWN_MAX = 3;
const INCOMPLETE_SHOWN_MAX = 5;

/** The runs of a corpus, one a line: what there is to be named. */
export function runsText(entries: Iterable<RecordedEntry>, { json }: ReplayOptions): string {
  const runs = [...entries].map(({ recording: { requestId, graph }, stratum }) => ({ requestId, graph, stratum }));
  if (json) return jsonText(runs);
  const columns = [{ title: "run" }, { title: "graph" }, { title: "stratum" }];
  const rows = runs.map(({ requestId, graph, stratum }) => [requestId, graph, stratum]);
  return `${tableLines(columns, rows, { head: (text) => text }).join("\n")}\n`;
}

export function corpusText(report: CorpusReport, { bold, dim }: Colors): string {
  const { corpus, runs, same, different, incomplete, versions, madeBy, hash, durationMs } = report;
  const lines = [`${bold("corpus")} ${corpus} ${dim(`(${madeBy}; ${hash.slice(0, 12)})`)}`];
  lines.push(`${bold("runs")} ${runs}, ${same} as recorded, in ${durationMs} ms`);
  for (const { resource, recorded, bound } of versions) {
    lines.push(`  resource ${resource} was ${recorded ?? "not used"}, is ${bound ?? "not used"}`);
  }
  if (different.length > 0) {
    const columns = [
      { title: "first different node" },
      { title: "owner" },
      { title: "runs", align: "right" as const },
      { title: "for example" },
    ];
    const rows = different.map(({ node, owner, requestIds }) => [
      node,
      owner,
      String(requestIds.length),
      requestIds.slice(0, IDS_SHOWN_MAX).join(" "),
    ]);
    lines.push("", ...tableLines(columns, rows, { head: dim }));
  }
  if (incomplete.length > 0) {
    lines.push("", `${bold("incomplete")} ${incomplete.length} runs asked for what was not recorded`);
    for (const { requestId, message } of incomplete.slice(0, INCOMPLETE_SHOWN_MAX))
      lines.push(`  ${requestId}: ${message}`);
  }
  return `${lines.join("\n")}\n`;
}

export function runText(
  { entry, run, edited, verdict, flip, leak, knob }: RunReport,
  options: ReplayOptions,
  colors: Colors,
): string {
  const { bold, dim } = colors;
  const { requestId, graph, reads } = entry.recording;
  const lines = [`${bold("run")} ${requestId} of ${graph} ${dim(`(${entry.stratum}, ${reads.length} reads)`)}`];
  if (run.same) lines.push(`${bold("same")} as recorded, to the byte`);
  else lines.push(`${bold("different")} ${differentText(run)}`);
  for (const { resource, recorded, bound } of run.versions)
    lines.push(`  resource ${resource} was ${recorded}, is ${bound}`);
  if (leak !== undefined) {
    lines.push(
      `${bold("leak")} node ${leak.node} (owner ${leak.owner}) gives something else each time: slot ${leak.slot}, ${leak.path || "the value itself"}`,
    );
  }
  if (edited !== undefined) {
    const { first, changed, rerun, after, responseChanged } = edited;
    lines.push("", `${bold("what if")} ${edited.edits.join(", ")}`);
    lines.push(
      `  ${rerun.length} nodes ran again, ${changed.length} gave something else${first === undefined ? "" : `, first ${first.node} (owner ${first.owner})`}`,
    );
    lines.push(`  the response is ${responseChanged ? "another one" : "the same"}`);
    if (after.failure !== undefined) lines.push(`  it fails: ${after.failure.message}`);
    for (const { before, after: then } of edited.ads)
      lines.push(`  before: ${before.sentence}`, `  after: ${then.sentence}`);
  }
  if (verdict !== undefined && edited === undefined) lines.push("", `${bold("explained")} ${verdict.sentence}`);
  if (flip !== undefined) lines.push(`${bold("flip")} ${flipText(flip, knob ?? "")}`);
  if (options.values) {
    const shown = edited?.after ?? run;
    lines.push(
      "",
      ...[...shown.values].map(
        ([slot, { node, value }]) => `${bold(slot)} ${dim(node)} ${jsonText(valueJson(value)).trim()}`,
      ),
    );
  }
  if (options.saveTest !== undefined) lines.push("", `saved as ${options.saveTest}`);
  return `${lines.join("\n")}\n`;
}

function differentText({ firstDifferent, failure }: RunReport["run"]): string {
  const at =
    firstDifferent === undefined ? "" : `first at node ${firstDifferent.node} (${firstDifferent.slots.join(", ")})`;
  return (
    [at, failure === undefined ? "" : failure.message].filter((part) => part !== "").join("; ") ||
    "from what was recorded"
  );
}

function flipText(flip: Flip, knob: string): string {
  if (!flip.found) return `no ${knob} up to ${flip.bound} turns it: ${flip.atBound.sentence}`;
  const turned = flip.after.fate === "kept" ? "is shown" : "is not shown";
  return `with a ${knob} of ${flip.flippedAt} instead of ${flip.value} it ${turned}; with ${flip.keptAt} nothing changes (${flip.runs} runs)`;
}
