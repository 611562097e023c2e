import {
  declaredWorkflows,
  type JsonRecord,
  nextDueMs,
  type RunRecord,
  RunStore,
  requireWorkflow,
} from "@tenon/indexer/operate";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import { hasTable, type StoreOptions, type Stores, withStores } from "../../stores/open-stores.ts";
import { duration, timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface RunOptions extends StoreOptions {
  readonly option?: readonly string[];
}

export interface RunsOptions extends StoreOptions {
  readonly max: number;
}

const RIGHT = { align: "right" } as const;

/** `tenon workflow list`: what there is, when it is due, and the last run of each. */
export function workflowList(options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const store = await runStore(stores);
    const nowMs = Date.now();
    const listed = [];
    for (const { name, owner, purpose, schedule, options: takes } of declaredWorkflows()) {
      const [last] = (await store?.runs({ workflow: name, runsMax: 1 })) ?? [];
      const nextAtMs = schedule === null ? null : (nextDueMs(schedule, nowMs) ?? null);
      listed.push({ name, owner, purpose, schedule, nextAtMs, options: takes, last: last ?? null });
    }
    if (options.json) {
      terminal.out(jsonText({ workflows: listed }));
      return ExitCode.pass;
    }
    const { dim } = colorsFor(terminal.color);
    const columns = [
      { title: "workflow" },
      { title: "owner" },
      { title: "next" },
      { title: "last run" },
      { title: "for" },
    ];
    const rows = listed.map(({ name, owner, nextAtMs, last, purpose }) => [
      ...[name, owner, nextAtMs === null ? "by command" : timeText(nextAtMs)],
      ...[last === null ? "never" : `${last.id} ${last.state}`, purpose],
    ]);
    const takes = listed.flatMap(({ name, options: own }) =>
      Object.entries(own).map(([option, says]) => `${name} --option ${option}=…  ${dim(says)}`),
    );
    terminal.out(
      `${[...tableLines(columns, rows, { head: dim }), ...(takes.length === 0 ? [] : ["", ...takes])].join("\n")}\n`,
    );
    return ExitCode.pass;
  });
}

/** `tenon workflow run NAME`: asks for a run; a process with role batch takes it. */
export function workflowRun(name: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const given = optionsOf(options.option ?? []);
    requireWorkflow(declaredWorkflows(), name, given);
    const store = await requireRunStore(stores);
    const id = await store.ask({ workflow: name, options: given });
    if (options.json) terminal.out(jsonText({ id, workflow: name, options: given }));
    else terminal.out(`run ${id} of workflow "${name}" is asked for; \`tenon workflow runs ${name}\` shows it\n`);
    return ExitCode.pass;
  });
}

/** `tenon workflow runs [name]`: the newest runs, what they came to; 1 when the newest of a workflow failed. */
export function workflowRuns(name: string | undefined, options: RunsOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    if (name !== undefined) requireWorkflow(declaredWorkflows(), name, {});
    const store = await requireRunStore(stores);
    const runs = await store.runs({ ...(name !== undefined && { workflow: name }), runsMax: options.max });
    if (options.json) terminal.out(jsonText({ runs }));
    else terminal.out(`${runLines(runs, colorsFor(terminal.color).dim).join("\n")}\n`);
    const newest = [...Map.groupBy(runs, ({ workflow }) => workflow).values()].map(([run]) => run);
    return newest.some((run) => run?.state === "failed") ? ExitCode.findings : ExitCode.pass;
  });
}

function runLines(runs: readonly RunRecord[], head: (line: string) => string): readonly string[] {
  if (runs.length === 0) return ["no run was asked for"];
  const columns = [
    ...[{ title: "run", ...RIGHT }, { title: "workflow" }, { title: "by" }, { title: "state" }, { title: "asked" }],
    ...[{ title: "took", ...RIGHT }, { title: "done", ...RIGHT }, { title: "came to" }],
  ];
  const rows = runs.map(
    ({ id, workflow, trigger, state, askedAtMs, startedAtMs, finishedAtMs, done, total, result, error }) => [
      ...[String(id), workflow, trigger, state, timeText(askedAtMs)],
      ...[startedAtMs === null ? "" : duration(Math.max(0, (finishedAtMs ?? Date.now()) - startedAtMs))],
      ...[
        total === null ? String(done) : `${done} of ${total}`,
        error ?? (result === null ? "" : JSON.stringify(result)),
      ],
    ],
  );
  return tableLines(columns, rows, { head });
}

/** `name=value`, the value as JSON where it is some, as text where not. @throws GraphError TENON1700 */
function optionsOf(texts: readonly string[]): JsonRecord {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at > 0) return [text.slice(0, at), jsonOr(text.slice(at + 1))];
      throw cliError("wrongUsage", {
        message: `--option ${text} names no value`,
        detail: "expected name=value",
        hint: "`tenon workflow list` shows what each workflow takes",
      });
    }),
  );
}

function jsonOr(text: string): JsonRecord[string] {
  try {
    return JSON.parse(text) as JsonRecord[string];
  } catch {
    return text;
  }
}

async function runStore({ database }: Stores): Promise<RunStore | undefined> {
  return (await hasTable(database, "indexer_run")) ? new RunStore(database) : undefined;
}

/** @throws GraphError TENON1714 */
async function requireRunStore(stores: Stores): Promise<RunStore> {
  const store = await runStore(stores);
  if (store !== undefined) return store;
  throw cliError("nothingRan", {
    message: "no indexing process has run yet",
    detail: `the database ${stores.place} holds no runs of workflows`,
    hint: "its tables are made by the first process that opens them",
  });
}
