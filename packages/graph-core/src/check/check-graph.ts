import type { Graph } from "../graph/graph.ts";
import { type Wiring, wire } from "../graph/wiring.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { CheckOptions } from "./rule.ts";
import { graphsRules, rules } from "./rules.ts";
import { soundDefinition } from "./sound-definition.ts";

/**
 * Checks a graph and returns every diagnostic, one per cause, in the order of the rules; empty for a right graph.
 *
 * Never throws and runs no node: also a definition from untyped code is read piece by piece. Time is linear in nodes and
 * slot uses. Node code is not looked at; that is for the type checker and the source rules.
 *
 * @example
 * for (const diagnostic of checkGraph(adRequest, { today: "2026-03-01" })) console.log(renderDiagnostic(diagnostic));
 */
export function checkGraph(graph: Graph, options: CheckOptions = {}): readonly Diagnostic[] {
  const read = readGraph(graph, options);
  return [...read.diagnostics, ...acrossGraphs([read.wiring], true)];
}

/**
 * Checks graphs that run on one store: each alone, and what no graph shows alone, such as two handlers that write one
 * column. Shared mistakes are reported once.
 */
export function checkGraphs(graphs: readonly Graph[], options: CheckOptions = {}): readonly Diagnostic[] {
  const read = graphs.map((graph) => readGraph(graph, options));
  return [
    ...read.flatMap((each) => each.diagnostics),
    ...acrossGraphs(
      read.map((each) => each.wiring),
      false,
    ),
  ];
}

interface ReadGraph {
  readonly wiring: Wiring;
  readonly diagnostics: readonly Diagnostic[];
}

function readGraph(graph: Graph, options: CheckOptions): ReadGraph {
  const sound = soundDefinition(graph);
  const wiring = wire(sound.graph);
  const diagnostics = [...sound.diagnostics];
  for (const { name, code, wholeGraph, check } of rules) {
    if (wholeGraph && !sound.whole) continue;
    for (const finding of check(wiring, options)) {
      diagnostics.push({ code, rule: name, graph: sound.graph.name, ...finding });
    }
  }
  return { wiring, diagnostics };
}

function acrossGraphs(wirings: readonly Wiring[], single: boolean): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { name, code, alone, check } of graphsRules) {
    if (single && !alone) continue;
    for (const finding of check(wirings)) diagnostics.push({ code, rule: name, ...finding });
  }
  return diagnostics;
}
