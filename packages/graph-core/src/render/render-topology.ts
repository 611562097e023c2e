import type { Topology } from "../graph/topology.ts";
import { renderHtml } from "./render-html.ts";
import { renderJson } from "./render-json.ts";
import { renderMermaid } from "./render-mermaid.ts";
import { renderSvg } from "./render-svg.ts";
import { renderText } from "./render-text.ts";

export type TopologyFormat = "text" | "json" | "mermaid" | "svg" | "html";

export interface RenderOptions {
  /** Absolute folder that places are given relative to, in `json` and `html`; without it there are no places. */
  readonly root?: string;
}

/**
 * Renders a graph. Every format is deterministic: the same topology gives the same bytes.
 *
 * - `text`: canonical, one line per node; kept as a golden file, read in pull requests
 * - `json`: the manifest, for tools
 * - `mermaid`: for Markdown, at most 45,000 characters
 * - `svg`: a picture, without scripts, light and dark
 * - `html`: one page with picture, table, search and details; loads nothing
 */
export function renderTopology(topology: Topology, format: TopologyFormat, options: RenderOptions = {}): string {
  switch (format) {
    case "text":
      return renderText(topology);
    case "json":
      return renderJson(topology, options);
    case "mermaid":
      return renderMermaid(topology);
    case "svg":
      return renderSvg(topology);
    case "html":
      return renderHtml(topology, options);
  }
}
