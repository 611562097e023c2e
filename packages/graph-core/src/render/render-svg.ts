import type { Topology } from "../graph/topology.ts";
import { type Drawing, type DrawnLine, drawTopology } from "./layout/drawing.ts";
import { element, textElement } from "./markup.ts";
import { budgetPathText } from "./node-facts.ts";
import { ownerLooks } from "./palette.ts";
import { measureBoxes, nodeBox, rightEnd, terminalBox } from "./svg-box.ts";
import { legend } from "./svg-legend.ts";
import { drawnLine } from "./svg-line.ts";
import { svgStyle } from "./svg-style.ts";
import { fitText, textWidth } from "./text-width.ts";

const MARGIN = 32;
const TITLE = { sizePx: 24, bold: true } as const;
const LEAD = { sizePx: 14 } as const;
const SMALL = { sizePx: 11 } as const;
const WIDTH_MIN = 900;
/** Wider drawings are scaled down to this, in CSS pixels; they keep their own coordinates. */
const SHOWN_WIDTH_MAX = 1_440;

/** The drawing behind the picture, for manifests and tests. */
export function drawingOf(topology: Topology): Drawing {
  return drawTopology(topology, measureBoxes(topology));
}

/** A picture of the graph: one SVG document without scripts or references, for light and dark surroundings. */
export function renderSvg(topology: Topology): string {
  const drawing = drawingOf(topology);
  const looks = ownerLooks(topology);
  const lookOf = new Map(looks.map((look) => [look.owner, look]));
  const ownerOf = new Map(topology.nodes.map((node) => [node.name, node.owner]));
  const critical = new Set(topology.criticalPath.nodes);
  const slotsOf = new Map(drawing.boxes.map((box) => [box.id, readSlots(drawing, box.id)]));
  const right = Math.max(drawing.width, ...drawing.boxes.map((box) => rightEnd(box, slotsOf.get(box.id) ?? [])));
  const width = Math.max(WIDTH_MIN, right + 2 * MARGIN);
  const head = header(topology, width);
  const key = legend(looks, { x: MARGIN, y: head.height, widthMax: width - 2 * MARGIN });
  const top = head.height + key.height + 22;
  const height = top + drawing.height + MARGIN;

  const lines = [...drawing.lines]
    .sort((left, right) => prominence(left) - prominence(right))
    .map((line) => drawnLine(line, lookOf.get(ownerOf.get(line.from) ?? "")?.index));
  const boxes = drawing.boxes.map((box) =>
    box.node === undefined
      ? terminalBox(box, box.kind === "request" ? topology.request : topology.respond)
      : nodeBox(box, box.node, {
          look: lookOf.get(box.node.owner),
          critical: critical.has(box.node.name),
          slots: slotsOf.get(box.id) ?? [],
        }),
  );

  const shift = Math.round((width - right) / 2);
  const shown = Math.min(1, SHOWN_WIDTH_MAX / width);
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: Math.round(width * shown),
      height: Math.round(height * shown),
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": `Graph ${topology.graph.name}`,
    },
    [
      element("style", {}, svgStyle(looks)),
      element("rect", { class: "page", width, height }),
      head.markup,
      key.markup,
      element("g", { class: "graph", transform: `translate(${shift} ${top})` }, [...lines, ...boxes].join("\n")),
    ].join("\n"),
  )}\n`;
}

function header(
  { graph, nodes, slots, ...rest }: Topology,
  width: number,
): { readonly markup: string; readonly height: number } {
  const facts = [
    `owner ${graph.owner}`,
    `${nodes.length} nodes`,
    `${slots.length} slots`,
    `longest budget path ${budgetPathText({ graph, nodes, slots, ...rest })}`,
  ];
  const room = width - 2 * MARGIN;
  const title = fitText(graph.name, { ...TITLE, widthMax: room });
  const fact = fitText(facts.join("  ·  "), { ...SMALL, widthMax: room });
  const lines = [textElement("text", { class: "title text", x: MARGIN, y: 46 }, title)];
  let height = 62;
  if (graph.purpose !== null) {
    const purpose = fitText(graph.purpose, { ...LEAD, widthMax: room });
    lines.push(textElement("text", { class: "lead muted", x: MARGIN, y: height + 7 }, purpose));
    height += 22;
  }
  if (textWidth(title, TITLE) + textWidth(fact, SMALL) + MARGIN <= room) {
    lines.push(textElement("text", { class: "small muted", x: width - MARGIN, y: 46, "text-anchor": "end" }, fact));
  } else {
    lines.push(textElement("text", { class: "small muted", x: MARGIN, y: height + 5 }, fact));
    height += 20;
  }
  return { markup: lines.join("\n"), height };
}

/** Lines that matter most are drawn last, on top. */
function prominence(line: DrawnLine): number {
  return line.batch ? 2 : line.optional ? 0 : 1;
}

function readSlots(drawing: Drawing, from: string): readonly string[] {
  return [...new Set(drawing.lines.flatMap((line) => (line.from === from ? line.edges.map((edge) => edge.slot) : [])))];
}
