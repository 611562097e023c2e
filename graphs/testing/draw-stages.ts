/** The picture that a reader sees first: the stages of a graph as bands, their nodes as cards, no lines to follow. */
import { basename, dirname } from "node:path";
import type { Topology, TopologyNode } from "@tenon/graph-core";
import { element, ownerLooks, svgStyle, textElement } from "@tenon/graph-core/internal";

const WIDTH = 900;
const MARGIN = 8;
const CARD = { width: 168, height: 40, gap: 7, perRow: 5 } as const;
const BAND = { head: 30, foot: 12, between: 30 } as const;
/** More names than this would not fit between two bands. */
const CROSSING_MAX = 6;

/** Stage → the question it answers. */
export type Questions = Readonly<Record<string, string>>;

interface Band {
  readonly stage: string;
  readonly nodes: readonly TopologyNode[];
}

/** A node's stage is the folder that holds its own folder. */
function stageOf({ name, place }: TopologyNode): string {
  if (place === null) throw new Error(`node "${name}" has no place: its stage is not known`);
  return basename(dirname(dirname(place.file)));
}

/** Bands in the order in which the graph names their first node. */
function bandsOf({ nodes }: Topology): readonly Band[] {
  const bands = new Map<string, TopologyNode[]>();
  for (const node of nodes) bands.set(stageOf(node), [...(bands.get(stageOf(node)) ?? []), node]);
  return [...bands].map(([stage, members]) => ({ stage, nodes: members }));
}

/** Slots that go from one band to the next, most read first, as one line. */
function crossing(from: Band, to: Band): string {
  const reads = to.nodes.flatMap(({ reads, soft }) => [...reads, ...soft]);
  const count = (slot: string) => reads.filter((read) => read === slot).length;
  const slots = from.nodes.flatMap(({ writes }) => writes).filter((slot) => reads.includes(slot));
  const shown = slots.toSorted((left, right) => count(right) - count(left)).slice(0, CROSSING_MAX);
  return shown.join(", ") + (slots.length > shown.length ? `, ${slots.length - shown.length} more` : "");
}

function card(node: TopologyNode, at: { readonly x: number; readonly y: number }, look: number): string {
  const { x, y } = at;
  const marks = [node.kind === "node" ? "" : node.kind, node.async ? "async" : "", node.when === null ? "" : "when"];
  const facts = [node.owner, ...marks.filter((mark) => mark !== "")].join(" · ");
  const box = { x, y, width: CARD.width, height: CARD.height, rx: 6 };
  return [
    element("rect", { class: "card", ...box }),
    element("rect", { class: `tint fill-${look}`, ...box }),
    element("rect", { class: "rim", ...box }),
    element("rect", { class: `fill-${look}`, x, y, width: 5, height: CARD.height, rx: 2.5 }),
    textElement("text", { class: "text", "font-size": 11.5, "font-weight": 650, x: x + 12, y: y + 17 }, node.name),
    textElement("text", { class: "label muted", x: x + 12, y: y + 32 }, facts),
  ].join("\n");
}

function arrow(y: number, words: string): string {
  const middle = WIDTH / 2;
  const tip = `M ${middle} ${y + 4} V ${y + 22} m -5 -6 l 5 6 l 5 -6`;
  return [
    element("path", { class: "way line-host", d: tip }),
    textElement("text", { class: "label muted", x: middle + 14, y: y + 17 }, words),
  ].join("\n");
}

/** One SVG document, 900 px wide, for light and dark surroundings. Throws for a stage without a question. */
export function drawStages(topology: Topology, questions: Questions): string {
  const looks = ownerLooks(topology);
  const lookOf = new Map(looks.map(({ owner, index }) => [owner, index]));
  const bands = bandsOf(topology);
  const parts: string[] = [];
  let y = MARGIN;
  parts.push(arrow(y - 6, topology.request.join(", ")));
  y += BAND.between - 6;
  bands.forEach((band, index) => {
    const question = questions[band.stage];
    if (question === undefined) throw new Error(`stage "${band.stage}" has no question`);
    const rows = Math.ceil(band.nodes.length / CARD.perRow);
    const height = BAND.head + rows * (CARD.height + CARD.gap) - CARD.gap + BAND.foot;
    parts.push(element("rect", { class: "rim", x: MARGIN, y, width: WIDTH - 2 * MARGIN, height, rx: 10 }));
    parts.push(textElement("text", { class: "name text", x: MARGIN + 12, y: y + 20 }, band.stage));
    parts.push(
      textElement("text", { class: "small muted", x: WIDTH - MARGIN - 12, y: y + 20, "text-anchor": "end" }, question),
    );
    band.nodes.forEach((node, at) => {
      const x = MARGIN + 10 + (at % CARD.perRow) * (CARD.width + CARD.gap);
      const top = y + BAND.head + Math.floor(at / CARD.perRow) * (CARD.height + CARD.gap);
      parts.push(card(node, { x, y: top }, lookOf.get(node.owner) ?? 0));
    });
    y += height;
    const next = bands[index + 1];
    parts.push(arrow(y, next === undefined ? topology.respond.join(", ") : crossing(band, next)));
    y += BAND.between;
  });
  const height = y + MARGIN;
  const page = element("rect", { class: "page", width: WIDTH, height });
  const attributes = { xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
  const label = { role: "img", "aria-label": `Stages of graph ${topology.graph.name}` };
  return `${element("svg", { ...attributes, ...label }, [element("style", {}, svgStyle(looks)), page, ...parts].join("\n"))}\n`;
}
