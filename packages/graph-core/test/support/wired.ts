/** Small graphs from untyped parts, as a check must take them, and what the checks say of them. */
import { expect } from "vitest";
import { z } from "zod";
import { checkGraph } from "../../src/check/check-graph.ts";
import type { Diagnostic } from "../../src/check/diagnostic.ts";
import type { CheckOptions } from "../../src/check/rule.ts";
import type { Node } from "../../src/contract/node.ts";
import { node } from "../../src/contract/node.ts";
import { type AnySlot, type SlotOptions, slot } from "../../src/contract/slot.ts";
import { type Graph, graph } from "../../src/graph/graph.ts";

/** A slot of a number, owned by the team of its name: slot "a" by "team-a". */
export function numberSlot(name: string, tags: Partial<SlotOptions> = {}): AnySlot {
  return slot(name, z.number(), { owner: `team-${name}`, ...tags });
}

export function booleanSlot(name: string, tags: Partial<SlotOptions> = {}): AnySlot {
  return slot(name, z.boolean(), { owner: `team-${name}`, ...tags });
}

/** A node with only what a rule looks at; the code is never run by a check. */
export function step(owner: string, contract: object): Node {
  return node({
    owner,
    purpose: "does one step",
    reads: [],
    writes: [],
    run: () => ({}),
    ...contract,
  } as never) as Node;
}

/** A graph named "g" of owner "team-g". */
export function wired(parts: {
  readonly request?: readonly AnySlot[];
  readonly nodes: Readonly<Record<string, unknown>>;
  readonly respond: readonly AnySlot[];
  readonly [more: string]: unknown;
}): Graph {
  return graph({ name: "g", owner: "team-g", request: [], ...parts } as never) as Graph;
}

export function expectValid(declared: Graph, options?: CheckOptions): void {
  expect(checkGraph(declared, options).map(({ code, message }) => `${code} ${message}`)).toEqual([]);
}

/** What a test may say of a diagnostic; `parties` as `kind name owner`, the one at fault first. */
export interface Expected {
  readonly code: string;
  readonly severity?: Diagnostic["severity"];
  readonly message?: string;
  readonly parties?: readonly string[];
  readonly hint?: string;
}

/** Exactly these diagnostics, in this order; of each, exactly the fields that are given. */
export function expectDiagnostics(declared: Graph, expected: readonly Expected[], options?: CheckOptions): void {
  const found = checkGraph(declared, options);
  const shown = found.map((diagnostic, index): Expected => {
    const all = {
      code: diagnostic.code,
      severity: diagnostic.severity,
      message: diagnostic.message,
      parties: [diagnostic.primary, ...diagnostic.secondary].map(({ kind, name, owner }) => `${kind} ${name} ${owner}`),
      hint: diagnostic.hint,
    };
    const wanted = Object.keys(expected[index] ?? { code: 0, message: 0 });
    return Object.fromEntries(Object.entries(all).filter(([field]) => wanted.includes(field))) as unknown as Expected;
  });
  expect(shown).toEqual(expected);
}
