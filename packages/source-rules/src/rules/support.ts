/** Questions that several rules ask of a file. */

import type { Party } from "@tenon/graph-core";
import type { AnyNode, Identifier, Node } from "acorn";
import { type Origin, slotNameOf } from "../flow/origin.ts";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { nodesIn } from "../syntax/walk.ts";

/** A mention of something outside the file, by its longest written path: `Date.now`, `node:crypto.randomUUID`. */
export interface Mention {
  readonly node: AnyNode;
  readonly path: string;
  /** `true` when the path starts at the global object, `false` when it starts at an import. */
  readonly isGlobal: boolean;
  /** Path of the constant it goes through; that constant's own declaration is a mention too. */
  readonly through: string | undefined;
}

/** Every mention of something outside the file; declarations are not mentions, their uses are. */
export function mentionsIn(source: ParsedSource): readonly Mention[] {
  const found: Mention[] = [];
  const covered = new Set<Node>();
  for (const node of nodesIn(source.program)) {
    if (
      covered.has(node) ||
      !(node.type === "Identifier" || node.type === "MemberExpression" || node.type === "MetaProperty")
    ) {
      continue;
    }
    if (node.type === "Identifier" && !isUse(source, node)) continue;
    const path = globalPathOf(node, source.scopes);
    if (path === undefined) continue;
    for (const part of nodesIn(node)) covered.add(part);
    found.push({ node, path, isGlobal: startsGlobal(node, source), through: constantPath(node, source) });
  }
  return found;
}

/** Path of the constant that a mention goes through: `Date` for a use of `now` in `const { now } = Date`. */
function constantPath(node: AnyNode, source: ParsedSource): string | undefined {
  if (node.type === "MemberExpression") return constantPath(node.object, source);
  const value = node.type === "Identifier" ? source.scopes.bindingOf(node)?.value : undefined;
  return value === undefined ? undefined : globalPathOf(value, source.scopes);
}

function startsGlobal(node: AnyNode, source: ParsedSource): boolean {
  if (node.type === "MemberExpression") return startsGlobal(node.object, source);
  if (node.type === "ChainExpression" || node.type === "ParenthesizedExpression")
    return startsGlobal(node.expression, source);
  if (node.type !== "Identifier") return false;
  const binding = source.scopes.bindingOf(node);
  if (binding === undefined) return true;
  return binding.kind === "const" && binding.value !== undefined && startsGlobal(binding.value, source);
}

function isUse(source: ParsedSource, node: Identifier): boolean {
  const binding = source.scopes.bindingOf(node);
  return binding === undefined ? source.scopes.globals.includes(node) : binding.references.includes(node);
}

/** `true` when a mention is one of `names`, or reaches into one, and the constant it goes through does not already. */
export function reaches({ path, through }: Mention, names: ReadonlySet<string>): boolean {
  return isWithin(path, names) && !(through !== undefined && isWithin(through, names));
}

function isWithin(path: string, names: ReadonlySet<string>): boolean {
  const parts = path.split(".");
  return parts.some((_, index) => names.has(parts.slice(0, index + 1).join(".")));
}

/** The process outside the graph, as a party: what is read there, and the team that owns the process. */
export function hostParty(source: ParsedSource, name: string, label: string): Party {
  return { kind: "resource", name, owner: source.input.hostOwner, label };
}

/** The slot or resource a value belongs to, as a party with its owner; inputs or context as a whole where it is unknown. */
export function slotParty(source: ParsedSource, origin: Origin): Party {
  const slot = slotNameOf(origin);
  const label = "is read by other nodes too";
  if (slot === undefined) return { kind: "slot", name: origin.root.kind, label };
  return { ...slot, owner: source.input.ownerOfSlot?.(slot.kind, slot.name), label };
}

/** The module named by each import, re-export, `import()` and `require()`, with its place. */
export function importsIn(source: ParsedSource): readonly { readonly node: AnyNode; readonly module: string }[] {
  const found: { node: AnyNode; module: string }[] = [];
  for (const node of nodesIn(source.program)) {
    const isImport =
      node.type === "ImportDeclaration" ||
      node.type === "ExportAllDeclaration" ||
      node.type === "ExportNamedDeclaration";
    if (isImport && node.source) found.push({ node: node.source, module: String(node.source.value) });
  }
  return found;
}
