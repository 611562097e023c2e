import type { AnySlot } from "../../contract/slot.ts";
import { schemaProblems } from "../../schema/compile-schema.ts";
import { graphParty, graphText, type Rule, slotParty, slotText } from "../rule.ts";

/** A slot's value must be freezable, encodable and comparable: one finding per place of the schema that is not. */
export const closedUniverse: Rule = {
  name: "closed-universe",
  code: "TENON1001",
  *check(wiring) {
    const seen = new Set<AnySlot>();
    for (const slot of wiring.slots.values()) {
      for (const token of slot.tokens) {
        if (seen.has(token)) continue;
        seen.add(token);
        for (const problem of schemaProblems(token.schema)) {
          const where = problem.path === "" ? "" : ` at "${problem.path}"`;
          yield {
            severity: "error",
            message: `${slotText(token)} of ${graphText(wiring.graph)} holds a value outside the closed value universe${where}: ${problem.found}`,
            primary: slotParty(token, `holds ${problem.found}`),
            secondary: [graphParty(wiring.graph, "uses the slot")],
            detail: {
              expected:
                "plain records, arrays, strings, finite numbers, booleans, null, bigint, columns, batches, snapshots",
              found: problem.found,
            },
            hint: problem.hint,
          };
        }
      }
    }
  },
};
