import type { WiredNode, Wiring } from "../../graph/wiring.ts";
import type { Party } from "../diagnostic.ts";
import {
  graphParty,
  graphText,
  listText,
  named,
  nodeParty,
  nodeText,
  type Rule,
  resourceParty,
  resourceText,
} from "../rule.ts";

/**
 * A node whose failure is foreseeable says what happens then: one that may return a promise, one that calls a resource,
 * and one that nobody needs (every reader takes its slots as soft), whose error would otherwise fail the whole request.
 */
export const declaredFailure: Rule = {
  name: "declared-failure",
  code: "TENON1019",
  *check(wiring) {
    for (const node of wiring.nodes) {
      if (node.definition.onFailure !== undefined) continue;
      const cause = causeOf(wiring, node);
      if (cause === undefined) continue;
      yield {
        severity: "error",
        message: `${nodeText(node)} ${cause.text}, and does not say what happens when it fails`,
        primary: nodeParty(node, "no onFailure"),
        secondary: cause.parties,
        detail: { expected: "onFailure in the contract", found: "none, which fails the whole request" },
        hint: cause.optional
          ? 'set onFailure to "omit", to a fallback, or to "failRequest" where the request is worth nothing without it'
          : 'set onFailure: "failRequest", "omit" where every reader takes the slots as soft, or { fallback }',
      };
    }
  },
};

interface Cause {
  readonly text: string;
  readonly parties: readonly Party[];
  readonly optional: boolean;
}

function causeOf(wiring: Wiring, node: WiredNode): Cause | undefined {
  const called = node.definition.uses.filter((resource) => resource.methods !== undefined);
  const readers = optionalReaders(wiring, node);
  const readerParties = (readers ?? []).map((reader) => nodeParty(reader, "reads it as soft"));
  const optional = readers !== undefined;
  if (called.length > 0) {
    const names = called.map((resource) => resourceText(resource));
    const parties = called.map((resource) => resourceParty(resource, "is called and can fail"));
    return { text: `calls ${listText(names)}`, parties: [...parties, ...readerParties], optional };
  }
  const optionalText = readers === undefined ? "" : `${listText(readers.map(nodeText))} can do without`;
  if (node.definition.async) {
    const asyncIn = `is async in ${graphText(wiring.graph)}`;
    return optional
      ? {
          text: `is async and writes ${named("slot", node.writes)}, which ${optionalText}`,
          parties: readerParties,
          optional,
        }
      : { text: asyncIn, parties: [graphParty(wiring.graph, "fails with it")], optional };
  }
  if (!optional) return undefined;
  return { text: `writes ${named("slot", node.writes)}, which ${optionalText}`, parties: readerParties, optional };
}

/** The readers of a node that all take its slots as soft; `undefined` when somebody needs one, or nobody reads it. */
function optionalReaders(wiring: Wiring, node: WiredNode): readonly WiredNode[] | undefined {
  // Under a condition its readers are soft because of the condition, and say nothing about its failure.
  if (node.when !== undefined) return undefined;
  const readers = new Set<WiredNode>();
  for (const key of node.writes) {
    const slot = wiring.slots.get(key);
    if (slot?.responded) return undefined;
    for (const reader of slot?.readers ?? []) {
      if (reader.node.shadowOf !== undefined) continue;
      if (reader.as !== "soft") return undefined;
      readers.add(reader.node);
    }
  }
  return readers.size === 0 ? undefined : [...readers];
}
