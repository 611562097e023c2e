/** The graph and the run as text for other tools. */
import type { GraphDocument } from "../../data/graph-document.ts";
import type { RunDocument } from "../../data/run-document.ts";

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly slots: readonly string[];
}

function arrowsOf({ slots }: GraphDocument): readonly Arrow[] {
  const found = new Map<string, { from: string; to: string; slots: string[] }>();
  for (const { key, producer, readers } of slots) {
    for (const to of producer === null ? [] : readers) {
      const from = producer as string;
      const arrow = found.get(`${from} ${to}`) ?? { from, to, slots: [] };
      found.set(`${from} ${to}`, arrow);
      arrow.slots.push(key);
    }
  }
  return [...found.values()];
}

export function mermaidText(graph: GraphDocument): string {
  const id = (name: string) => `n_${name.replace(/[^A-Za-z0-9]/g, "_")}`;
  return [
    "flowchart TD",
    ...graph.nodes.map(({ name, owner }) => `  ${id(name)}["${name}<br/>${owner}"]`),
    ...arrowsOf(graph).map(({ from, to, slots }) => `  ${id(from)} -->|"${slots.join(", ")}"| ${id(to)}`),
    "",
  ].join("\n");
}

export function dotText(graph: GraphDocument): string {
  const text = (name: string) => JSON.stringify(name);
  const owners = Map.groupBy(graph.nodes, ({ owner }) => owner);
  return [
    `digraph ${text(graph.name)} {`,
    "  node [shape=box];",
    ...[...owners].flatMap(([owner, nodes], at) => [
      `  subgraph cluster_${at} { label=${text(owner)};`,
      ...nodes.map(({ name, purpose }) => `    ${text(name)} [tooltip=${text(purpose)}];`),
      "  }",
    ]),
    ...arrowsOf(graph).map(
      ({ from, to, slots }) => `  ${text(from)} -> ${text(to)} [label=${text(slots.join("\n"))}];`,
    ),
    "}",
    "",
  ].join("\n");
}

/** Chrome trace events for ui.perfetto.dev: nodes that ran side by side on tracks of their own. */
export function perfettoText(run: RunDocument, graph: GraphDocument): string {
  const ownerOf = new Map(graph.nodes.map(({ name, owner }) => [name, owner]));
  const freeFrom: number[] = [];
  const ran = run.nodes.filter(({ outcome }) => !["notRun", "skipped", "switchedOff"].includes(outcome));
  const events = ran
    .toSorted((one, other) => one.startMs - other.startMs)
    .map(({ name, startMs, endMs, durationMs, waitMs, outcome, critical }) => {
      const free = freeFrom.findIndex((end) => end <= startMs);
      const track = free === -1 ? freeFrom.length : free;
      freeFrom[track] = endMs;
      const args = { outcome, waitMs, critical };
      return {
        name,
        ph: "X",
        cat: ownerOf.get(name) ?? "",
        pid: 1,
        tid: track,
        ts: startMs * 1_000,
        dur: durationMs * 1_000,
        args,
      };
    });
  const process = {
    name: "process_name",
    ph: "M",
    pid: 1,
    tid: 0,
    args: { name: `graph ${run.graph}, request ${run.requestId}` },
  };
  return JSON.stringify({ displayTimeUnit: "ms", traceEvents: [process, ...events] });
}
