import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Graph, renderTopology, type TopologyFormat, topologyOf } from "@tenon/graph-core";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { tableLines } from "../output/table.ts";
import { graphNamed } from "../project/graph-named.ts";
import { loadGraphs } from "../project/load-graphs.ts";
import { projectOf } from "../project/project-of.ts";
import type { Terminal } from "../terminal.ts";

export interface DrawOptions extends Partial<Record<TopologyFormat, boolean>> {
  readonly project?: string;
  readonly out?: string;
}

const FORMATS: readonly TopologyFormat[] = ["json", "mermaid", "svg", "html"];

/** `tenon graph [name]`. */
export async function drawGraph(name: string | undefined, options: DrawOptions, terminal: Terminal): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const graphs = await loadGraphs(project);
  const text =
    name === undefined
      ? listOf(graphs, options.json === true, terminal.color)
      : renderTopology(topologyOf(graphNamed(name, graphs)), formatOf(options), { root: project.root });
  if (options.out === undefined) {
    terminal.out(text.endsWith("\n") ? text : `${text}\n`);
    return ExitCode.pass;
  }
  const file = resolve(terminal.folder, options.out);
  writeFileSync(file, text);
  terminal.talk(`wrote ${file}\n`);
  return ExitCode.pass;
}

function formatOf(options: DrawOptions): TopologyFormat {
  return FORMATS.find((format) => options[format]) ?? "text";
}

function listOf(graphs: readonly Graph[], json: boolean, color: boolean): string {
  const listed = graphs.map((graph) => {
    const { nodes } = topologyOf(graph);
    return { name: graph.name, owner: graph.owner, nodes: nodes.length, purpose: graph.purpose ?? null };
  });
  if (json) return jsonText({ graphs: listed });
  const columns = [
    { title: "graph" },
    { title: "owner" },
    { title: "nodes", align: "right" as const },
    { title: "purpose" },
  ];
  const rows = listed.map(({ name, owner, nodes, purpose }) => [name, owner, String(nodes), purpose ?? ""]);
  return tableLines(columns, rows, { head: colorsFor(color).dim }).join("\n");
}
