import type { AnySlot } from "../../contract/slot.ts";
import { schemaProblems } from "../../schema/compile-schema.ts";
import type { Shape } from "../../schema/shape.ts";
import { nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { shapeOf } from "../slot-facts.ts";

/** A condition is a boolean: anything else is never `true`, and the node would silently never run. */
export const booleanCondition: Rule = {
  name: "boolean-condition",
  code: "TENON1018",
  *check(wiring) {
    const judged = new Set<AnySlot>();
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      const token = node.definition.when;
      if (token === undefined || judged.has(token)) continue;
      judged.add(token);
      const shape = shapeOf(token);
      // A schema that cannot be read is `closed-universe`'s to report.
      if (isBoolean(shape) || schemaProblems(token.schema).length > 0) continue;
      yield {
        severity: "error",
        message: `${nodeText(node)} runs when ${slotText(token)} is true, but that slot holds ${kindText(shape)}`,
        primary: nodeParty(node, `when: "${token.name}"`),
        secondary: [slotParty(token, `holds ${kindText(shape)}`)],
        detail: { expected: "a boolean", found: kindText(shape) },
        hint: "add a node that decides, and writes a slot of z.boolean()",
      };
    }
  },
};

function isBoolean(shape: Shape): boolean {
  if (shape.kind === "union") return shape.options.every(isBoolean);
  return (
    shape.kind === "boolean" || (shape.kind === "literal" && shape.values.every((value) => typeof value === "boolean"))
  );
}

function kindText(shape: Shape): string {
  if (shape.kind === "guarded")
    return shape.value.kind === "candidateBatch" ? "a candidate batch" : `a ${shape.value.kind}`;
  return `${/^[aeiou]/.test(shape.kind) ? "an" : "a"} ${shape.kind}`;
}
