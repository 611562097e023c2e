/** The picture as it is on the page, as one file that needs nothing else. */

const MARGIN = 24;

export function svgOf(pane: HTMLElement): string {
  const boxes = [...pane.querySelectorAll<HTMLElement>("[data-box], .end-box")];
  const lines = pane.querySelector<SVGSVGElement>("svg.lines");
  const style = (element: Element) => getComputedStyle(element);
  const width = Number(lines?.getAttribute("width") ?? 400) + MARGIN;
  const height = Number(lines?.getAttribute("height") ?? 300) + MARGIN;
  const parts = [...(lines?.querySelectorAll("path[class], :scope > path") ?? [])].map((path) => {
    const { stroke, strokeWidth, strokeDasharray, opacity } = style(path);
    const dash = strokeDasharray === "none" ? "" : ` stroke-dasharray="${strokeDasharray}"`;
    return `<path d="${path.getAttribute("d")}" fill="none" stroke="${stroke}" stroke-width="${strokeWidth}" opacity="${opacity}"${dash}/>`;
  });
  const drawn = boxes.map((box) => boxMarkup(box, style)).join("\n");
  const paper = style(document.body).backgroundColor;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="${paper}"/>`,
    ...parts,
    drawn,
    "</svg>",
    "",
  ].join("\n");
}

function boxMarkup(box: HTMLElement, style: (element: Element) => CSSStyleDeclaration): string {
  const node = box.closest<HTMLElement>(".react-flow__node");
  const place = /translate\(([-\d.]+)px,\s*([-\d.]+)px\)/.exec(node?.style.transform ?? "");
  const [x, y] = [Number(place?.[1] ?? 0), Number(place?.[2] ?? 0)];
  const { backgroundColor, borderColor, borderWidth, color } = style(box);
  const side = box.querySelector<HTMLElement>(".side, .dot");
  const name = box.querySelector(".name, strong")?.textContent ?? box.textContent ?? "";
  const line = box.querySelector(".line")?.textContent ?? "";
  return [
    `<g transform="translate(${x} ${y})">`,
    `<rect width="${box.offsetWidth}" height="${box.offsetHeight}" rx="8" fill="${backgroundColor}" stroke="${borderColor}" stroke-width="${parseFloat(borderWidth) || 1}"/>`,
    side === null
      ? ""
      : `<rect width="5" height="${Math.min(box.offsetHeight, 64)}" fill="${style(side).backgroundColor}"/>`,
    `<text x="14" y="${line === "" ? 22 : 23}" font-size="14" font-weight="600" fill="${color}">${escaped(name)}</text>`,
    line === "" ? "" : `<text x="14" y="40" font-size="11.5" fill="${color}" opacity="0.75">${escaped(line)}</text>`,
    "</g>",
  ].join("");
}

export async function pngOf(pane: HTMLElement): Promise<Blob> {
  const source = URL.createObjectURL(new Blob([svgOf(pane)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    const scale = 2;
    [canvas.width, canvas.height] = [image.width * scale, image.height * scale];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("no picture")) : resolve(blob)), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(source);
  }
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
