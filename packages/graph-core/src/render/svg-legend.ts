import { element, textElement } from "./markup.ts";
import type { OwnerLook } from "./palette.ts";
import { bandPattern, kindGlyph } from "./svg-box.ts";
import { textWidth } from "./text-width.ts";

const ROW_HEIGHT = 22;
const SMALL = { sizePx: 11 } as const;

interface Entry {
  readonly width: number;
  readonly draw: (x: number, y: number) => string;
}

/** Owners by colour and the meaning of lines and boxes, wrapped to `widthMax` pixels. `y` is the top of the first row. */
export function legend(
  looks: readonly OwnerLook[],
  place: { readonly x: number; readonly y: number; readonly widthMax: number },
): { readonly markup: string; readonly height: number } {
  const groups = [looks.map(ownerEntry), SIGNS.map(({ sign, text }) => entry(30, sign, text))];
  let markup = "";
  let y = place.y;
  for (const entries of groups) {
    let x = place.x;
    for (const { width, draw } of entries) {
      if (x > place.x && x + width > place.x + place.widthMax) {
        x = place.x;
        y += ROW_HEIGHT;
      }
      markup += draw(x, y);
      x += width + 18;
    }
    y += ROW_HEIGHT;
  }
  return { markup: element("g", { class: "legend" }, markup), height: y - place.y };
}

function ownerEntry(look: OwnerLook): Entry {
  const text = `${look.owner} (${look.nodes})`;
  return entry(
    13,
    (x, y) =>
      element("rect", { class: `fill-${look.index}`, x, y: y + 3, width: 7, height: 14, rx: 2 }) +
      bandPattern(look, x, y, 20),
    text,
  );
}

function entry(room: number, sign: Entry["draw"], text: string): Entry {
  return {
    width: room + textWidth(text, SMALL),
    draw: (x, y) => sign(x, y) + textElement("text", { class: "small text", x: x + room, y: y + 14 }, text),
  };
}

const stroke = (kind: string) => (x: number, y: number) =>
  element("path", { class: `way line-host${kind}`, d: `M${x} ${y + 10}h24` });
const rim = (kind: string) => (x: number, y: number) =>
  element("rect", { class: `rim ${kind}`, x: x + 1, y: y + 3, width: 22, height: 14, rx: 4 });

const SIGNS: readonly { readonly sign: Entry["draw"]; readonly text: string }[] = [
  { sign: stroke(" batch"), text: "candidates" },
  { sign: stroke(""), text: "slot" },
  { sign: stroke(" optional"), text: "soft or condition" },
  { sign: (x, y) => kindGlyph({ kind: "filter" }, x + 6, y + 4), text: "filter" },
  { sign: (x, y) => kindGlyph({ kind: "map" }, x + 6, y + 4), text: "map" },
  { sign: rim("conditional"), text: "conditional" },
  { sign: rim("shadow"), text: "shadow" },
  { sign: rim("critical"), text: "longest budget path" },
];
