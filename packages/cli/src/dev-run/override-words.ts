import type { Edit } from "@tenon/dev-run";
import { cliError } from "../cli-error.ts";

/**
 * `slot=json` sets a slot, `slot.field=json` a field of it, `slot@ad=number` an ad's value in a column, `slot.column@ad=number` in
 * a column of a batch or record. @throws GraphError TENON1700
 */
export function editOf(words: string): Edit {
  const at = words.indexOf("=");
  const place = /^([A-Za-z][\w/]*)(?:\.([\w.[\]]+))?(?:@(\d{1,15}))?$/.exec(words.slice(0, at));
  if (at === -1 || place === null)
    throw wrong(words, "expected slot=json, slot.field=json, slot@ad=value or slot.column@ad=value");
  const [, slot = "", path, ad] = place;
  const value = valueIn(words, words.slice(at + 1));
  if (ad !== undefined) {
    if (typeof value !== "number" && typeof value !== "string")
      throw wrong(words, "an ad's value is a number or a word");
    return { kind: "ad", slot, adId: Number(ad), value, ...(path !== undefined && { column: path }) };
  }
  return path === undefined ? { kind: "slot", slot, value } : { kind: "field", slot, path, value };
}

function valueIn(words: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(words, `its value is no JSON: ${(error as Error).message}`);
  }
}

function wrong(words: string, detail: string): Error {
  return cliError("wrongUsage", {
    message: `--override ${words} cannot be read`,
    detail,
    hint: "write a text in quotes: --override 'adRequest.language=\"de\"'",
  });
}
