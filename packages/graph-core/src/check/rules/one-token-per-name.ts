import type { AnyResource } from "../../contract/resource.ts";
import { graphParty, listText, type Rule, resourceParty, slotParty } from "../rule.ts";

/** A name stands for one token: two tokens of one name may differ in type, and neither reader would know. */
export const oneTokenPerName: Rule = {
  name: "one-token-per-name",
  code: "TENON1006",
  *check(wiring) {
    for (const slot of wiring.slots.values()) {
      if (slot.tokens.length < 2) continue;
      const last = slot.tokens.at(-1);
      if (last === undefined) continue;
      yield {
        severity: "error",
        message: `${countText(slot.tokens.length, "slots")} are named "${slot.key}": ${declaredBy(slot.tokens)}`,
        primary: slotParty(last, "declared here"),
        secondary: [...slot.tokens.slice(0, -1).map((token) => slotParty(token, "and here")), graphParty(wiring.graph)],
        detail: { expected: "one slot() per name in a graph", found: `${slot.tokens.length}` },
        hint: "import the slot from the file that declares it, or give the other one its own name",
      };
    }
    for (const resources of resourcesByName(wiring.nodes, wiring.shadows)) {
      const last = resources.at(-1);
      if (last === undefined || resources.length < 2) continue;
      yield {
        severity: "error",
        message: `${countText(resources.length, "resources")} are named "${last.name}": ${declaredBy(resources)}`,
        primary: resourceParty(last, "declared here"),
        secondary: [...resources.slice(0, -1).map((each) => resourceParty(each, "and here")), graphParty(wiring.graph)],
        detail: { expected: "one resource() per name in a graph", found: `${resources.length}` },
        hint: "import the resource from the file that declares it, or give the other one its own name",
      };
    }
  },
};

type Users = readonly { readonly definition: { readonly uses: readonly AnyResource[] } }[];

function resourcesByName(...users: readonly Users[]): Iterable<readonly AnyResource[]> {
  const byName = new Map<string, Set<AnyResource>>();
  for (const node of users.flat()) {
    for (const resource of node.definition.uses) {
      const named = byName.get(resource.name);
      if (named === undefined) byName.set(resource.name, new Set([resource]));
      else named.add(resource);
    }
  }
  return [...byName.values()].map((resources) => [...resources]);
}

function countText(count: number, what: string): string {
  return `${count === 2 ? "two" : count} ${what}`;
}

function declaredBy(tokens: readonly { readonly owner: string }[]): string {
  return listText(tokens.map((token) => `one of owner ${token.owner}`));
}
