import { createHash } from "node:crypto";
import type { Topology, TopologyNode } from "../graph/topology.ts";
import { topologyHash } from "../graph/topology-hash.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./html-page.ts";
import { element, escapeMarkup, textElement } from "./markup.ts";
import { budgetText, flagsOf, stateText } from "./node-facts.ts";
import { ownerLooks } from "./palette.ts";
import { withPlaces } from "./relative-places.ts";
import { renderSvg } from "./render-svg.ts";
import { svgStyle } from "./svg-style.ts";

/**
 * One page that shows the graph: picture, details of the chosen node with all that stands before and after it, search,
 * owner filter, table. It loads and sends nothing: its policy allows the two styles and the one script in it, by hash.
 */
export function renderHtml(topology: Topology, options: { readonly root?: string | undefined } = {}): string {
  const looks = ownerLooks(topology);
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(PAGE_STYLE)} ${hashOf(svgStyle(looks))}`,
    `script-src ${hashOf(PAGE_SCRIPT)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const head = [
    `<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    textElement("title", {}, `${topology.graph.name} graph`),
    `<style>${PAGE_STYLE}</style>`,
  ];
  const body = [
    toolbar(topology),
    `<main>${element("div", { class: "picture" }, renderSvg(topology))}<aside id="details" aria-live="polite"></aside></main>`,
    `<section>${nodeTable(topology)}${footnote(topology)}</section>`,
    // In a data block only "<" can end the element or begin another.
    `<script type="application/json" id="topology">${JSON.stringify(withPlaces(topology, options.root)).replaceAll("<", "\\u003c")}</script>`,
    `<script>${PAGE_SCRIPT}</script>`,
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n${body.join("\n")}\n</body>\n</html>\n`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function toolbar(topology: Topology): string {
  const choices = ownerLooks(topology).map(({ owner, nodes }) =>
    textElement("option", { value: owner }, `${owner} (${nodes})`),
  );
  return [
    "<header>",
    textElement("h1", {}, topology.graph.name),
    `<span id="count" class="muted" role="status"></span>`,
    `<input id="find" type="search" placeholder="Search  /" aria-label="Search nodes">`,
    `<select id="owner" aria-label="Owner"><option value="">all owners</option>${choices.join("")}</select>`,
    `<button id="clear" type="button">Clear</button>`,
    "</header>",
  ].join("");
}

function nodeTable({ nodes }: Topology): string {
  const heads = ["Node", "Kind", "Owner", "Purpose", "Reads", "Writes", "Budget", "Flags"];
  return [
    "<table><thead><tr>",
    ...heads.map((head) => textElement("th", { scope: "col" }, head)),
    "</tr></thead><tbody>",
    ...nodes.map(tableRow),
    "</tbody></table>",
  ].join("");
}

function tableRow(node: TopologyNode): string {
  const reads = [...node.reads, ...node.soft.map((slot) => `${slot}?`)].join(", ");
  const flags = [...flagsOf(node), node.when === null ? "" : `when ${node.when}`, stateText(node)]
    .filter(Boolean)
    .join(", ");
  const link = textElement("a", { href: `#${new URLSearchParams({ node: node.name })}` }, node.name);
  const cells = [node.kind, node.owner, node.purpose, reads, node.writes.join(", "), budgetText(node) ?? "", flags];
  return `<tr data-node="${escapeMarkup(node.name)}"><td>${link}</td>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>`;
}

function footnote(topology: Topology): string {
  return textElement("p", { class: "muted" }, `topology ${topologyHash(topology)}`);
}
