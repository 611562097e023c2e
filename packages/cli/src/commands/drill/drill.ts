import { openObjectStore } from "@tenon/ad-index/publish";
import {
  DRILLS,
  type Drill,
  type DrillOptions,
  drillNamed,
  RunStore,
  runDrill,
  StoresDrillPort,
  SwitchStore,
} from "@tenon/indexer/operate";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { hasTable, type StoreOptions, withStores } from "../../stores/open-stores.ts";
import type { Terminal } from "../../terminal.ts";

export interface DrillRunOptions extends StoreOptions, ChangeOptions {
  readonly since?: string;
  readonly base?: string;
  readonly handlers?: string;
  readonly store?: string;
  readonly host?: readonly string[];
}

/** `tenon drill list`: what each is for, what it takes, and what has to be done first. */
export function drillList({ json }: { readonly json?: boolean }, terminal: Terminal): ExitCode {
  const listed = DRILLS.map(({ name, purpose, first, options }) => ({ name, purpose, first, options }));
  if (json) {
    terminal.out(jsonText({ drills: listed }));
    return ExitCode.pass;
  }
  const { dim } = colorsFor(terminal.color);
  const rows = listed.map(({ name, purpose, first }) => [name, purpose, first]);
  const takes = listed.flatMap(({ name, options }) =>
    Object.entries(options).map(([option, says]) => `${name} --${option}  ${dim(says)}`),
  );
  const table = tableLines([{ title: "drill" }, { title: "for" }, { title: "first" }], rows, { head: dim });
  terminal.out(`${[...table, "", ...takes].join("\n")}\n`);
  return ExitCode.pass;
}

/** `tenon drill run NAME`: gives the orders one after the other, says what came of each, and verifies the end. */
export async function drillRun(name: string, options: DrillRunOptions, terminal: Terminal): Promise<ExitCode> {
  const drill = drillNamed(name);
  refuseForeignOptions(drill, options);
  const steps = drill.steps(drillOptions(options));
  const address = options.store ?? terminal.environment["OBJECT_STORE_URL"] ?? "";
  if (drill.needsBases === true && address === "")
    throw cliError("wrongUsage", {
      message: `drill "${name}" goes back to another base, and no object store is named`,
      detail: "expected --store or OBJECT_STORE_URL, found neither",
      hint: "add --store file:///folder or s3://bucket/prefix, the one that bases are published to",
    });
  return withStores(options, terminal, async (stores) => {
    const { database, place } = stores;
    if (!(await hasTable(database, "indexer_run")))
      throw cliError("nothingRan", {
        message: "no indexing process has run yet",
        detail: `the database ${place} has no pipeline to give orders to`,
        hint: "its tables are made by the first process that opens them",
      });
    const { environment } = terminal;
    return carryOut(
      {
        action: `run drill "${name}"`,
        name,
        effects: [`first: ${drill.first}`, ...steps.map(({ order }, at) => `${at + 1}. ${order}`)],
        facts: { drill: name, steps: steps.map(({ name: step, order }) => ({ step, order })) },
        act: async () => {
          const port = new StoresDrillPort({
            ...{ database, log: await stores.log(), by: environment["USER"] ?? "unknown" },
            ...{ switches: new SwitchStore(database), runs: new RunStore(database) },
            bases: address === "" ? undefined : openObjectStore(address, environment),
            ...{ servers: options.host ?? [], token: environment["TENON_ADMIN_TOKEN"] ?? null },
          });
          const said: { readonly step: string; readonly said: string }[] = [];
          await runDrill({ name, steps }, port, {
            onStep: ({ order }, at) => terminal.talk(`${at + 1}. ${order}\n`),
            onDone: ({ name: step }, words) => {
              said.push({ step, said: words });
              terminal.talk(`   ${words}\n`);
            },
          });
          return { said: `drill "${name}" has ended: ${said.at(-1)?.said}`, facts: { done: said } };
        },
      },
      options,
      terminal,
    );
  });
}

/** @throws GraphError TENON1700 for an option of another drill: what it would mean here, nobody knows */
function refuseForeignOptions({ name, options: taken }: Drill, given: DrillRunOptions): void {
  const foreign = (["since", "base", "handlers"] as const).find(
    (each) => given[each] !== undefined && !(each in taken),
  );
  if (foreign === undefined) return;
  const names = Object.keys(taken).map((each) => `--${each}`);
  throw cliError("wrongUsage", {
    message: `drill "${name}" takes no --${foreign}`,
    detail: `expected ${names.length === 0 ? "none of --since, --base and --handlers" : names.join(", ")}`,
    hint: "`tenon drill list` says what each drill takes",
  });
}

/** @throws GraphError TENON1700 for a time that is none */
function drillOptions({ since, base, handlers }: DrillRunOptions): DrillOptions {
  const sinceMs = since === undefined ? undefined : Date.parse(since);
  if (Number.isNaN(sinceMs))
    throw cliError("wrongUsage", {
      message: `"${since}" is no time`,
      detail: "expected a time such as 2026-05-01T12:00Z",
      hint: "`tenon drill list` says what each drill takes",
    });
  return { sinceMs, base, handlers: handlers?.split(",").map((each) => each.trim()) };
}
