import { graphParty, graphText, listText, nodeParty, type Rule, slotParty, slotText } from "../rule.ts";

/** What one commit must make real together is responded together: a host cannot commit what it was not given. */
export const commitsTogether: Rule = {
  name: "commits-together",
  code: "TENON1036",
  *check(wiring) {
    for (const slot of wiring.slots.values()) {
      if (!slot.responded) continue;
      const partners = new Set(slot.tokens.flatMap((token) => token.tags.commitsWith ?? []));
      const missing = [...partners].filter((partner) => {
        return !wiring.slots.get(partner.name)?.responded;
      });
      if (missing.length === 0) continue;
      yield {
        severity: "error",
        message: `${graphText(wiring.graph)} responds with ${slotText(slot)} without ${listText(missing.map(slotText))}, which one commit must hold together`,
        primary: graphParty(wiring.graph, `responds with "${slot.key}"`),
        secondary: [
          slotParty(slot, "commitsWith"),
          ...missing.map((partner) => slotParty(partner, "is not responded")),
          ...slot.writers.map((writer) => nodeParty(writer, `writes "${slot.key}"`)),
        ],
        detail: {
          expected: "all of them in respond",
          found: `without ${missing.map((each) => `"${each.name}"`).join(", ")}`,
        },
        hint: `add ${listText(missing.map((each) => `"${each.name}"`))} to \`respond\`, so that the host commits all in one transaction`,
      };
    }
  },
};
