import { ExitCode } from "../../exit-code.ts";
import { type Colors, colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import { taskNamed, taskOperations } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { type PartitionState, type TaskState, taskStates } from "../../stores/task-state.ts";
import { counted, duration, timeText, withoutCode } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

/** `tenon log status [task]`: exit code 1 when a partition is halted, which nothing but a person ends. */
export function logStatus(name: string | undefined, options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const operations = await taskOperations(stores);
    if (name !== undefined) await taskNamed(name, operations);
    const all = await taskStates(operations, await stores.log(), Date.now());
    const tasks = all.filter(({ task }) => name === undefined || task === name);
    if (options.json) terminal.out(jsonText({ tasks }));
    else
      terminal.out(
        `${tasks.map((task) => taskText(task, colorsFor(terminal.color))).join("\n\n") || "no task has a partition"}\n`,
      );
    const isHalted = tasks.some(({ partitions }) => partitions.some(({ state }) => state === "halted"));
    return isHalted ? ExitCode.findings : ExitCode.pass;
  });
}

const RIGHT = { align: "right" } as const;
const COLUMNS = [
  { title: "partition", ...RIGHT },
  { title: "state" },
  { title: "owner", widthMax: 24 },
  { title: "epoch", ...RIGHT },
  { title: "offset", ...RIGHT },
  { title: "lag", ...RIGHT },
  { title: "lag age", ...RIGHT },
  { title: "watermark" },
  { title: "outbox", ...RIGHT },
  { title: "outbox age", ...RIGHT },
  { title: "parked", ...RIGHT },
  { title: "quiet", ...RIGHT },
];

function taskText(state: TaskState, { bold, dim, yellow }: Colors): string {
  const { task, source, paused, partitions, parkedReasons } = state;
  const rows = partitions.map((each) => [
    ...[String(each.partition), each.state, each.owner, String(each.epoch), String(each.next)],
    ...[each.lag === undefined ? "?" : String(each.lag), (each.lag ?? 0) > 0 ? age(each.lagMs) : ""],
    ...[timeText(each.watermarkMs), String(each.outboxPending), each.outboxPending > 0 ? age(each.outboxAgeMs) : ""],
    ...[String(each.parked), each.quietMs === undefined ? "" : duration(each.quietMs)],
  ]);
  return [
    `${bold(task)} reads ${source}${paused ? yellow(", paused") : ""}`,
    ...tableLines(COLUMNS, rows, { indent: "  ", head: dim }),
    ...partitions.flatMap(stopLine),
    ...parkedReasons.map(
      ({ code, reason, owner, records }) =>
        `  parked: ${counted(records, "record")}, ${code} (owner ${owner}): ${withoutCode(reason, code)}`,
    ),
  ].join("\n");
}

function stopLine({ partition, stopped, epoch }: PartitionState): readonly string[] {
  if (stopped === undefined) return [];
  const { kind, code, owner, reason, atMs, epoch: own } = stopped;
  const since = own === epoch ? "" : ", claimed again since";
  const when = duration(Math.max(0, Date.now() - atMs));
  return [`  partition ${partition} ${kind} ${when} ago by ${owner}${since}: ${code} ${withoutCode(reason, code)}`];
}

function age(ms: number | undefined): string {
  return ms === undefined ? "?" : duration(ms);
}
