import { hash } from "node:crypto";
import { checkGraph } from "../check/check-graph.ts";
import type { Diagnostic } from "../check/diagnostic.ts";
import type { CheckOptions } from "../check/rule.ts";
import { GraphError } from "../contract/error.ts";
import type { AnyResource } from "../contract/resource.ts";
import type { AnySlot } from "../contract/slot.ts";
import { checkedNodes, type NodeFunction } from "../execute/checked-node.ts";
import { withDeclaredUses } from "../execute/declared-context.ts";
import { messageOf } from "../execute/error-text.ts";
import { PlanRuntime } from "../execute/plan-runtime.ts";
import type { RunContext } from "../execute/run-context.ts";
import type { Graph } from "../graph/graph.ts";
import { type Wiring, wire } from "../graph/wiring.ts";
import { type CheckFailure, compiledSlot } from "../schema/index.ts";
import { emitPlan, type PlanVariant } from "./emit.ts";
import { type PlanModel, type PlanNode, planModel } from "./plan-model.ts";

type RunFunction = (request: unknown, ctx: RunContext) => unknown;
/** What generated code is, whichever way it was loaded: node functions and plan runtime in, run function out. */
export type PlanFactory = (nodes: readonly NodeFunction[], $: PlanRuntime) => RunFunction;

/** A plan emitted to a file by `tenon build`. */
export interface EmittedPlan {
  /** Hash of the code for the graph it was emitted from. */
  readonly planHash: string;
  readonly plain: PlanFactory;
  readonly checked: PlanFactory;
}

export interface CompileOptions extends CheckOptions {
  /** Use this emitted code instead of generating code at start, where that is forbidden. */
  readonly emitted?: EmittedPlan;
}

/** A compiled graph: ready to run any number of times, concurrently. */
export interface Plan<Request, Response, Uses extends string = string> {
  readonly graph: Graph<Request, Response, Uses>;
  readonly wiring: Wiring;
  /** In execution order; `index` is the node's number in traces and ledgers. */
  readonly nodes: readonly PlanNode[];
  readonly resources: readonly AnyResource[];
  readonly isAsync: boolean;
  readonly planHash: string;
  /** Checks the request slots; the error names slot and path. Done at the edge, unless the host says that it was. */
  readonly admit: (request: Request) => GraphError | undefined;
  readonly run: (request: Request, ctx: RunContext) => Response | Promise<Response>;
  readonly runChecked: (request: Request, ctx: RunContext) => Response | Promise<Response>;
}

/**
 * Checks a graph and compiles it to straight code.
 *
 * @throws GraphError TENON1099 listing every diagnostic when a check fails; TENON1212 when emitted code is stale
 */
export function compileGraph<Request, Response, Uses extends string>(
  graph: Graph<Request, Response, Uses>,
  options: CompileOptions = {},
): Plan<Request, Response, Uses> {
  refuseErrors(graph, checkGraph(graph, options));
  const wiring = wire(graph);
  freezeFallbacks(wiring);
  const model = planModel(wiring);
  const code = new PlanCode(model, graph.name);
  const { planHash } = code;
  refuseStale(graph.name, planHash, options.emitted);
  const runtime = new PlanRuntime(graph.name, model.nodes, model.shadows, checkedNodes(model.nodes));
  const instantiate = (variant: PlanVariant): RunFunction => {
    const factory = options.emitted?.[variant] ?? factoryOf(code.text(variant), graph.name);
    const functions = model.nodes.map(variant === "plain" ? (node) => node.wired.definition.run : withDeclaredUses);
    return factory(functions as readonly NodeFunction[], runtime);
  };
  // Most requests run plain: the checked variant is made when the first checked request comes.
  let runChecked: RunFunction | undefined;
  return {
    graph,
    wiring,
    nodes: model.nodes,
    resources: resourcesOf(model),
    isAsync: model.nodes.some((node) => node.async),
    planHash,
    admit: requestCheck(graph) as (request: Request) => GraphError | undefined,
    run: instantiate("plain") as Plan<Request, Response>["run"],
    runChecked: ((request, ctx) => {
      runChecked ??= instantiate("checked");
      return runChecked(request, ctx);
    }) as Plan<Request, Response>["runChecked"],
  };
}

function refuseErrors(graph: Graph, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  if (errors.length === 0) return;
  const lines = errors.map((each) => `  ${each.code} ${each.message}`);
  throw new GraphError(
    `graph "${graph.name}" has ${errors.length} ${errors.length === 1 ? "mistake" : "mistakes"}:\n${lines.join("\n")}`,
    {
      code: "TENON1099",
      category: "definition",
      graph: graph.name,
      owner: graph.owner,
      detail: errors.map((each) => `${each.code}: ${each.hint}`).join("\n"),
      hint: "run `tenon check` for places and owners, `tenon explain CODE` for each code",
    },
  );
}

/** The code of one graph; each variant is generated when it is first asked for. */
class PlanCode {
  /** Identifies the code: SHA-256, hex, of the plain variant's text. */
  readonly planHash: string;
  readonly #model: PlanModel;
  readonly #graphName: string;
  readonly #plain: string;

  constructor(model: PlanModel, graphName: string) {
    this.#model = model;
    this.#graphName = graphName;
    this.#plain = emitPlan(model, "plain");
    this.planHash = hash("sha256", this.#plain);
  }

  text(variant: PlanVariant): string {
    const body = variant === "plain" ? this.#plain : emitPlan(this.#model, variant);
    // Name and hash keep two graphs of equal shape from sharing one function's type feedback.
    return `// graph ${quoted(this.#graphName)} ${this.planHash.slice(0, 16)} (${variant}). Generated by Tenon; do not edit.\n${body}`;
  }
}

/** A name inside a comment: no character of it may end the line. */
function quoted(name: string): string {
  return JSON.stringify(name).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function factoryOf(text: string, graphName: string): PlanFactory {
  try {
    return new Function("nodes", "$", text) as PlanFactory;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new GraphError(`graph "${graphName}" cannot be compiled here: this process forbids code from strings`, {
      code: "TENON1213",
      category: "definition",
      graph: graphName,
      hint: "emit the plan to a file with `tenon build` and pass it as compileGraph(graph, { emitted })",
      cause: error,
    });
  }
}

/** Fallback values are shared by all requests, so no node of any run may change one. */
function freezeFallbacks(wiring: Wiring): void {
  for (const { definition } of wiring.nodes) {
    const { onFailure, kind, writes } = definition;
    if (kind === "filter" || typeof onFailure !== "object") continue;
    for (const token of writes) compiledSlot(token).freeze(onFailure.fallback[token.name]);
  }
}

function refuseStale(graphName: string, planHash: string, emitted: EmittedPlan | undefined): void {
  if (emitted === undefined || emitted.planHash === planHash) return;
  throw new GraphError(`the emitted plan of graph "${graphName}" is stale`, {
    code: "TENON1212",
    category: "definition",
    graph: graphName,
    detail: `expected plan ${planHash.slice(0, 16)}, found ${emitted.planHash.slice(0, 16)}`,
    hint: "run `tenon build` again and commit the result",
  });
}

/** The text of a module that holds a graph's plan, for `tenon build`. */
export function emitPlanModule(graph: Graph, options: CheckOptions = {}): string {
  refuseErrors(graph, checkGraph(graph, options));
  const code = new PlanCode(planModel(wire(graph)), graph.name);
  return [
    `// @ts-nocheck Generated by \`tenon build\` from graph ${quoted(graph.name)}; do not edit.`,
    `export const planHash = ${JSON.stringify(code.planHash)};`,
    `export const plain = (nodes, $) => {\n${code.text("plain")}\n};`,
    `export const checked = (nodes, $) => {\n${code.text("checked")}\n};`,
    "",
  ].join("\n");
}

function resourcesOf(model: PlanModel): readonly AnyResource[] {
  const all = [...model.nodes.map((node) => node.wired), ...model.shadows];
  return [...new Set(all.flatMap((node) => node.definition.uses))];
}

function requestCheck(graph: Graph): (request: Readonly<Record<string, unknown>>) => GraphError | undefined {
  const slots = graph.request.map((token: AnySlot) => ({ token, schema: compiledSlot(token) }));
  return (request) => {
    for (const { token, schema } of slots) {
      const failure = checked(() => schema.check(request?.[token.name]));
      if (failure === undefined) continue;
      return new GraphError(`request slot "${token.name}" of graph "${graph.name}" has a wrong value`, {
        code: "TENON1101",
        category: "input",
        graph: graph.name,
        slot: token.name,
        owner: token.owner,
        detail: `at ${failure.path || "the value itself"}: expected ${failure.expected}, found ${failure.found}`,
        hint: "send a value of the slot's schema",
      });
    }
    return undefined;
  };
}

/** A value that cannot even be looked at (a getter or a proxy that throws) is a wrong value. */
function checked(check: () => CheckFailure | undefined): CheckFailure | undefined {
  try {
    return check();
  } catch (error) {
    return { path: "", expected: "a readable value", found: `one that throws: ${messageOf(error)}` };
  }
}
