import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { type Origin, slotNameOf } from "../flow/origin.ts";
import type { ErasedType, ParsedSource } from "../syntax/parse-source.ts";
import { nodesIn } from "../syntax/walk.ts";
import { slotParty } from "./support.ts";

/** Casts and annotations that take `readonly` off, and comments that switch the checker off. */
const ESCAPING_CAST = /^as\s+(?:never\b|unknown\s+as\b|Mutable|Writable|object\b|\{|.*\bany\b)/;
const ESCAPING_ANNOTATION = /^\??:\s*any\b/;
const SWITCHED_OFF = /^\s*\*?\s*@ts-(?:ignore|expect-error|nocheck)\b/;

/** The compiler proves that inputs are not written; a cast of an input takes the proof away where it is needed. */
export const typeEscape: SourceRule = {
  name: "type-escape",
  code: "TENON1912",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const erased of source.erased) {
      const origin = ESCAPING_CAST.test(erased.text)
        ? originEndingAt(source, erased)
        : ESCAPING_ANNOTATION.test(erased.text)
          ? originOfNameBefore(source, erased)
          : undefined;
      if (origin === undefined || origin.root.kind === "module") continue;
      const slot = slotNameOf(origin);
      const name = slot?.name ?? origin.root.kind;
      yield {
        at: erased.start,
        does: `takes the read-only type off ${slot?.kind ?? "slot"} "${name}"`,
        other: slotParty(source, origin),
        detail: { expected: "the type that reads, soft or uses gives", found: erased.text.split("\n", 1)[0] ?? "" },
        hint: "change the slot's schema if the type is wrong; build a new value if it has to differ",
      };
    }
    for (const { start, text } of source.comments) {
      if (!SWITCHED_OFF.test(text)) continue;
      yield {
        at: start,
        does: "switches the type checker off",
        other: {
          kind: "resource",
          name: "type checker",
          owner: source.input.hostOwner,
          label: "proves that slots are not written",
        },
        detail: { expected: "no @ts- comment in a node", found: text.trim() },
        hint: "mend the type the comment hides",
      };
    }
  },
};

/** Origin of the longest expression that ends right before a cast; brackets around it are looked through. */
function originEndingAt(source: ParsedSource, erased: ErasedType): Origin | undefined {
  const end = source.code.slice(0, erased.start).replace(/[\s)]+$/, "").length;
  for (const node of nodesIn(source.program)) {
    const origin = node.end === end ? source.flow.originOf(node) : undefined;
    if (origin !== undefined && origin.copy === undefined) return origin;
  }
  return undefined;
}

/** Origin of the parameter or variable whose annotation was erased. */
function originOfNameBefore(source: ParsedSource, erased: ErasedType): Origin | undefined {
  for (const node of nodesIn(source.program)) {
    if (node.end !== erased.start) continue;
    const owner = source.parents.get(node);
    const value: AnyNode | undefined = owner?.type === "VariableDeclarator" && owner.init ? owner.init : node;
    const isRunParameter =
      owner !== undefined && [...source.flow.runs].some((run) => run === owner && run.params[0] === node);
    if (isRunParameter) return { root: { kind: "inputs" }, path: [], copy: undefined };
    const origin = source.flow.originOf(value);
    if (origin !== undefined && origin.copy === undefined) return origin;
  }
  return undefined;
}
