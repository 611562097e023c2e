import type { Wiring } from "../../graph/wiring.ts";
import type { Party } from "../diagnostic.ts";
import { didYouMean, nearName } from "../near-name.ts";
import { graphParty, nodeParty, type Rule, resourceParty, slotParty } from "../rule.ts";
import { subgraphsOf } from "../wiring-facts.ts";

/** Every owner is a team of the owners file: a diagnostic that names nobody reaches nobody. One finding per name. */
export const knownOwner: Rule = {
  name: "known-owner",
  code: "TENON1034",
  *check(wiring, { owners }) {
    if (owners === undefined) return;
    const teams = new Set(owners);
    const owned = new Map<string, Party[]>();
    for (const party of partiesOf(wiring)) {
      const owner = party.owner ?? "";
      if (teams.has(owner)) continue;
      const parties = owned.get(owner);
      if (parties === undefined) owned.set(owner, [party]);
      else parties.push(party);
    }
    for (const [owner, [first, ...others]] of owned as Map<string, [Party, ...Party[]]>) {
      const near = nearName(owner, teams);
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      yield {
        severity: "error",
        message: `${first.kind} "${first.name}"${more} in graph "${wiring.graph.name}" (owner ${wiring.graph.owner}) ${others.length === 0 ? "is" : "are"} owned by "${owner}", which is no team of the owners file`,
        primary: { ...first, label: `owner: "${owner}"` },
        secondary: [
          ...others.map((party) => ({ ...party, label: "has this owner too" })),
          ...(first.kind === "graph" ? [] : [graphParty(wiring.graph, "holds it")]),
        ],
        detail: { expected: "a team of the owners file", found: `"${owner}"` },
        hint: `${didYouMean(owner, teams)}name a team of the owners file, or add the team there`,
        ...(near !== undefined &&
          first.place !== undefined && {
            fix: { place: first.place, replace: `owner: "${owner}"`, with: `owner: "${near}"` },
          }),
      };
    }
  },
};

function* partiesOf(wiring: Wiring): Iterable<Party> {
  yield graphParty(wiring.graph);
  for (const { part, path } of subgraphsOf(wiring)) {
    yield { kind: "graph", name: path, owner: part.owner, place: part.place };
  }
  const resources = new Set(
    [...wiring.nodes, ...wiring.shadows].flatMap((node) => {
      return node.definition.uses;
    }),
  );
  for (const node of [...wiring.nodes, ...wiring.shadows]) yield nodeParty(node);
  for (const slot of wiring.slots.values()) for (const token of slot.tokens) yield slotParty(token);
  for (const resource of resources) yield resourceParty(resource);
}
