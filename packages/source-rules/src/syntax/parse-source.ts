import { type AnyNode, type Node, type Program, parse } from "acorn";
import type { SourceFile } from "../finding.ts";
import { type Flow, flowOf } from "../flow/flow.ts";
import { resolveScopes, type Scopes } from "./scope.ts";
import { stripTypes } from "./strip-types.ts";
import { parentsOf } from "./walk.ts";

/** A piece of TypeScript that does not exist at run time: an annotation, a cast, a type declaration. */
export interface ErasedType {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A comment, without its marks. */
export interface SourceComment {
  readonly start: number;
  readonly text: string;
}

/** A file as rules see it: the syntax of what runs, and beside it the types that were erased. Offsets are the file's. */
export interface ParsedSource {
  readonly input: SourceFile;
  readonly program: Program;
  readonly parents: ReadonlyMap<Node, AnyNode>;
  readonly scopes: Scopes;
  readonly flow: Flow;
  readonly erased: readonly ErasedType[];
  readonly comments: readonly SourceComment[];
  /** The text with its types blanked; offsets are the file's. */
  readonly code: string;
  readonly textOf: (node: Node) => string;
}

/**
 * Parses one file. Types are erased by Node itself, which keeps every offset.
 * @throws SyntaxError for text that Node cannot run, such as an enum.
 */
export function parseSource(input: SourceFile): ParsedSource {
  const stripped = stripTypes(input.text);
  const comments: SourceComment[] = [];
  const program = parse(stripped, {
    ecmaVersion: "latest",
    sourceType: "module",
    onComment: (_block, text, start) => comments.push({ start, text }),
  });
  const scopes = resolveScopes(program);
  const parents = parentsOf(program);
  return {
    input,
    program,
    parents,
    scopes,
    flow: flowOf(program, scopes, parents),
    erased: erasedTypes(input.text, stripped),
    comments,
    code: stripped,
    textOf: (node) => input.text.slice(node.start, node.end),
  };
}

/** Runs of characters that the stripper blanked; blanks within one run are bridged by comparing word starts. */
function erasedTypes(text: string, stripped: string): readonly ErasedType[] {
  const erased: ErasedType[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === stripped[at]) {
      at += 1;
      continue;
    }
    const start = at;
    let end = at;
    while (at < text.length && (text[at] !== stripped[at] || isBlank(text[at]))) {
      if (text[at] !== stripped[at]) end = at + 1;
      at += 1;
    }
    erased.push({ start, end, text: text.slice(start, end) });
  }
  return erased;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}
