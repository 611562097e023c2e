/**
 * Imports modules that export a graph (`example`) or several (`examples`) and judges them at every stage behind the type
 * checker: graph checks, the compiler's errors explained, and, where there is a `request`, runs without and with checks.
 * Reads a `Task` from standard input and prints the verdicts as JSON. A script of its own, so that places are those of
 * plain Node: no test runner rewrites the files in between.
 *
 *   node --conditions=@tenon/source judge-modules.ts < task.json
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Binding,
  type CheckOptions,
  type CompilerError,
  checkGraph,
  checkGraphs,
  compileGraph,
  createExecutor,
  type Diagnostic,
  explainTypeErrors,
  type Graph,
  GraphError,
  renderDiagnostics,
} from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";

export interface Task {
  readonly files: readonly string[];
  /** What the compiler said about the files. */
  readonly errors: readonly CompilerError[];
}

export interface Outcome {
  /** `"response"` when the run gave what the module expects, `"other"` when it gave something else. */
  readonly gave: "response" | "other" | "error";
  readonly error?: { readonly code: string; readonly node: string | undefined; readonly message: string } | undefined;
}

export interface Verdict {
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as `tenon check` prints them, with code frames; empty when there are none. */
  readonly text: string;
  readonly explained: readonly Diagnostic[];
  readonly explainedText: string;
  /** Absent where the module has no request, or the checks report errors. */
  readonly runs?: { readonly plain: Outcome; readonly checked: Outcome };
}

/** What a module may export. */
interface Judged {
  readonly example?: Graph;
  readonly examples?: readonly Graph[];
  readonly options?: CheckOptions;
  readonly bindings?: Readonly<Record<string, Binding>>;
  readonly request?: Readonly<Record<string, unknown>>;
  /** What the graph responds with; one per graph for `examples`. */
  readonly response?: unknown;
}

/** 500,000 hours since the epoch: a round number for nodes that count hours. */
const NOW_MS = 1_800_000_000_000;

async function judge(file: string, errors: readonly CompilerError[]): Promise<Verdict> {
  const judged = (await import(pathToFileURL(file).href)) as Judged;
  const graphs = judged.examples ?? [judged.example as Graph];
  const diagnostics =
    judged.examples === undefined
      ? checkGraph(judged.example as Graph, judged.options)
      : checkGraphs(judged.examples, judged.options);
  const source = (path: string): string => readFileSync(path, "utf8");
  const own = errors.filter((error) => error.file === file);
  const explained = explainTypeErrors(own, graphs, { source, reported: diagnostics });
  const show = (shown: readonly Diagnostic[]): string =>
    shown.length === 0 ? "" : renderDiagnostics(shown, { source, root: dirname(file) });
  const runs = diagnostics.some((each) => each.severity === "error") ? undefined : await runAll(judged, graphs);
  return { diagnostics, text: show(diagnostics), explained, explainedText: show(explained), ...(runs && { runs }) };
}

async function runAll(judged: Judged, graphs: readonly Graph[]): Promise<Verdict["runs"]> {
  if (judged.request === undefined) return undefined;
  const expected = judged.examples === undefined ? [judged.response] : (judged.response as readonly unknown[]);
  const outcomes = async (checked: boolean): Promise<Outcome> => {
    for (const [index, graph] of graphs.entries()) {
      const outcome = await runOne(judged, graph, expected[index], checked);
      if (outcome.gave !== "response") return outcome;
    }
    return { gave: "response" };
  };
  return { plain: await outcomes(false), checked: await outcomes(true) };
}

async function runOne(
  { bindings, request }: Judged,
  graph: Graph,
  expected: unknown,
  checked: boolean,
): Promise<Outcome> {
  try {
    const plan = compileGraph(graph as Graph<unknown, unknown, string>);
    const executor = createExecutor(plan, { resources: (bindings ?? {}) as never });
    const context = executor.begin({ requestId: "r1", nowMs: NOW_MS, seed: 1, checked });
    // A deep copy, because a run may freeze or spoil what it is given.
    const given = await executor.execute(structuredCloneValue(request), context);
    return { gave: Buffer.compare(encodeValue(given), encodeValue(expected)) === 0 ? "response" : "other" };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return { gave: "error", error: { code: error.code, node: error.node, message: error.message } };
  }
}

/** Plain records and arrays are copied; columns, batches and snapshots guard themselves. */
function structuredCloneValue<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(structuredCloneValue) as Value;
  if (typeof value !== "object" || value === null || "tenonValue" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, structuredCloneValue(each)])) as Value;
}

const task = JSON.parse(readFileSync(0, "utf8")) as Task;
const verdicts: Verdict[] = [];
for (const file of task.files) verdicts.push(await judge(file, task.errors));
process.stdout.write(JSON.stringify(verdicts));
