/** Advance widths in thousandths of the font size, close to Helvetica and Arial; ASCII from space to tilde. */
const NARROW = new Set("ijl.,:;'|!`".split(""));
const SLIM = new Set('ftr()[]{}-/\\ I"*'.split(""));
const BROAD = new Set("mMW@%".split(""));

/** Fonts of readers differ: a little room keeps text inside its box in the broader ones. */
const BROADEST_FONT = 1.14;

/** About how wide a text is, in pixels, in the sans-serif face of whoever looks. Never used where exactness matters. */
export function textWidth(text: string, options: { readonly sizePx: number; readonly bold?: boolean }): number {
  let thousandths = 0;
  for (const character of text) {
    if (NARROW.has(character)) thousandths += 250;
    else if (SLIM.has(character)) thousandths += 330;
    else if (BROAD.has(character)) thousandths += 860;
    else if (character >= "A" && character <= "Z") thousandths += 690;
    else thousandths += character.charCodeAt(0) < 0x7f ? 550 : 1_000;
  }
  return (thousandths / 1_000) * options.sizePx * (options.bold === true ? 1.06 : 1) * BROADEST_FONT;
}

/** The text, or its beginning and an ellipsis where it is wider than `widthMax` pixels. */
export function fitText(
  text: string,
  options: { readonly sizePx: number; readonly bold?: boolean; readonly widthMax: number },
): string {
  if (textWidth(text, options) <= options.widthMax) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, options) > options.widthMax) characters.pop();
  return `${characters.join("")}…`;
}
