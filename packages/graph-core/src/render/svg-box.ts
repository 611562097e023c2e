import type { Topology, TopologyNode } from "../graph/topology.ts";
import type { DrawnBox } from "./layout/drawing.ts";
import type { Measure } from "./layout/sketch.ts";
import { element, textElement } from "./markup.ts";
import { budgetText, flagsOf, nodeSummary, stateText } from "./node-facts.ts";
import type { OwnerLook } from "./palette.ts";
import { fitText, textWidth } from "./text-width.ts";

const HEIGHT = 44;
const WIDTH = { min: 150, max: 290 } as const;
const BAND = 7;
const PADDING = 10;
const GLYPH = 18;
const NAME = { sizePx: 13, bold: true } as const;
const SMALL = { sizePx: 11 } as const;
const LABEL = { sizePx: 10.5 } as const;

/** Box sizes that hold their text; widths are even, so that centres are whole pixels. */
export function measureBoxes(topology: Topology): Measure {
  return (node, kind) => {
    const [first, second] =
      node === undefined
        ? [textWidth(kind, NAME), textWidth(slotList(kind === "request" ? topology.request : topology.respond), SMALL)]
        : [firstLineWidth(node), secondLineWidth(node)];
    const width = Math.ceil((Math.max(first, second) + (node === undefined ? 4 : 2) * PADDING + BAND) / 2) * 2;
    return {
      width: Math.min(node === undefined ? 2 * WIDTH.max : WIDTH.max, Math.max(WIDTH.min, width)),
      height: HEIGHT,
    };
  };
}

function firstLineWidth(node: TopologyNode): number {
  const budget = budgetText(node);
  return glyphWidth(node) + textWidth(node.name, NAME) + (budget === undefined ? 0 : textWidth(budget, SMALL) + 28);
}

function secondLineWidth(node: TopologyNode): number {
  return textWidth(node.owner, SMALL) + textWidth(boxFlags(node), SMALL) + 14;
}

function glyphWidth(node: TopologyNode): number {
  return node.kind === "node" ? 0 : GLYPH;
}

/** A shadow or a deprecated node says so instead of how it fails: that is what its reader must know first. */
function boxFlags(node: TopologyNode): string {
  if (node.state.kind === "deprecated") return `until ${node.state.until}`;
  if (node.state.kind === "shadow") return "shadow";
  return flagsOf(node).join(" · ");
}

function slotList(slots: readonly string[]): string {
  return slots.join(", ");
}

/** The host's end of the graph: a rounded box that lists the slots it gives or takes. */
export function terminalBox(box: DrawnBox, slots: readonly string[]): string {
  const { x, y, width, height } = box;
  const middle = x + width / 2;
  const shape = { x, y, width, height, rx: height / 2 };
  const list = fitText(slotList(slots), { ...SMALL, widthMax: width - 3 * PADDING });
  return element(
    "g",
    { class: "box terminal", "data-node": box.id },
    textElement("title", {}, `${box.kind}: ${slots.join(", ")}`) +
      element("rect", { class: "card", ...shape }) +
      element("rect", { class: "rim end critical", ...shape }) +
      textElement("text", { class: "name text", x: middle, y: y + 18, "text-anchor": "middle" }, box.kind) +
      textElement("text", { class: "small muted", x: middle, y: y + 34, "text-anchor": "middle" }, list),
  );
}

/**
 * A node: name, kind and budget above, owner and flags below, the owner's colour at its left edge; under it the names of
 * the `slots` that others read.
 */
export function nodeBox(
  box: DrawnBox,
  node: TopologyNode,
  facts: { readonly look: OwnerLook | undefined; readonly critical: boolean; readonly slots: readonly string[] },
): string {
  const { look, critical } = facts;
  const { x, y, width, height } = box;
  const shape = { x, y, width, height, rx: 7 };
  const index = look?.index ?? 0;
  const left = x + BAND + PADDING;
  const budget = budgetText(node);
  const pillWidth = budget === undefined ? 0 : Math.ceil(textWidth(budget, SMALL) + 12);
  const right = x + width - PADDING + 2;
  const nameRoom = right - pillWidth - 6 - left - glyphWidth(node);
  const flags = boxFlags(node);
  const ownerRoom = right - 2 - left - (flags === "" ? 0 : textWidth(flags, SMALL) + 8);
  const retired = node.state.kind === "deprecated";
  const rim = `rim${critical ? " critical" : ""}${node.state.kind === "shadow" ? " shadow" : node.when === null ? "" : " conditional"}`;
  return element(
    "g",
    {
      class: "box node",
      "data-node": node.name,
      "data-owner": node.owner,
      tabindex: 0,
      role: "button",
      "aria-label": node.name,
    },
    textElement("title", {}, nodeSummary(node)) +
      element("rect", { class: "card", ...shape }) +
      element("rect", { class: `tint fill-${index}`, ...shape }) +
      element("path", { class: `fill-${index}`, d: band(x, y, height) }) +
      (look === undefined ? "" : bandPattern(look, x, y, height)) +
      element("rect", { class: rim, ...shape }) +
      kindGlyph(node, left, y + 8) +
      textElement(
        "text",
        { class: `name ${retired ? "muted gone" : "text"}`, x: left + glyphWidth(node), y: y + 18 },
        fitText(node.name, { ...NAME, widthMax: nameRoom }),
      ) +
      (budget === undefined
        ? ""
        : element("rect", {
            class: critical ? "pill critical" : "pill",
            x: right - pillWidth,
            y: y + 6,
            width: pillWidth,
            height: 16,
            rx: 8,
          }) +
          textElement(
            "text",
            {
              class: `small ${critical ? "inverse" : "text"}`,
              x: right - pillWidth / 2,
              y: y + 18,
              "text-anchor": "middle",
            },
            budget,
          )) +
      textElement(
        "text",
        { class: "small muted", x: left, y: y + 35 },
        fitText(node.owner, { ...SMALL, widthMax: ownerRoom }),
      ) +
      (flags === ""
        ? ""
        : textElement(
            "text",
            {
              class: `small ${stateText(node) === "" ? "muted" : "warn"}`,
              x: right - 2,
              y: y + 35,
              "text-anchor": "end",
            },
            flags,
          )) +
      slotLabel(box, facts.slots),
  );
}

interface Label {
  readonly text: string;
  readonly x: number;
  readonly onLeft: boolean;
}

/** Names of the slots a box writes, beside the line that carries them: on the right unless only the left has room. */
function labelOf(box: DrawnBox, slots: readonly string[]): Label {
  const text = slots.join(", ");
  const room = { left: Math.min(box.labelRoom.left, box.leaveX - box.x) - 10, right: box.labelRoom.right - 14 };
  const onLeft = textWidth(text, LABEL) > room.right && room.left > room.right;
  const fitted = fitText(text, { ...LABEL, widthMax: onLeft ? room.left : room.right });
  return { text: fitted, x: box.leaveX + (onLeft ? -7 : 7), onLeft };
}

/** How far to the right a box and its label reach. */
export function rightEnd(box: DrawnBox, slots: readonly string[]): number {
  const { text, x, onLeft } = labelOf(box, slots);
  return Math.max(box.x + box.width, onLeft ? 0 : Math.ceil(x + textWidth(text, LABEL)));
}

function slotLabel(box: DrawnBox, slots: readonly string[]): string {
  if (slots.length === 0) return "";
  const { text, x, onLeft } = labelOf(box, slots);
  const anchor = onLeft ? "end" : undefined;
  return textElement("text", { class: "label muted", x, y: box.y + box.height + 12, "text-anchor": anchor }, text);
}

function band(x: number, y: number, height: number): string {
  return `M${x + BAND} ${y}H${x + 7}A7 7 0 0 0 ${x} ${y + 7}V${y + height - 7}A7 7 0 0 0 ${x + 7} ${y + height}H${x + BAND}Z`;
}

/** Cuts through the colour band: stripes or dots where two owners share a colour. */
export function bandPattern(look: OwnerLook, x: number, y: number, height: number): string {
  if (look.pattern === "solid") return "";
  let d = "";
  for (let at = y + 7; at < y + height - 3; at += 6) d += `M${x} ${at}h${BAND}`;
  const dots = look.pattern === "dots" ? { "stroke-dasharray": "3 4", "stroke-width": 3 } : { "stroke-width": 2 };
  return element("path", { class: "cut", d, ...dots });
}

/** A funnel for a filter, columns for a map. */
export function kindGlyph(node: Pick<TopologyNode, "kind">, x: number, y: number): string {
  if (node.kind === "filter") return element("path", { class: "glyph", d: `M${x} ${y + 1}h12l-4.5 5v5l-3 -1.8v-3.2z` });
  if (node.kind === "map")
    return element("path", { class: "glyph", d: `M${x + 1} ${y + 1}v10M${x + 5.5} ${y + 1}v10M${x + 10} ${y + 1}v10` });
  return "";
}
