import { labelFlow, wayOf } from "../label-flow.ts";
import { listText, nodeParty, nodeText, type Rule } from "../rule.ts";
import { purposeText, sourceParty, sourceText } from "./labels-stay-inside.ts";

/** A value that consent restricts to purposes is processed for one of them, also after other nodes derived from it. */
export const purposeAllowed: Rule = {
  name: "purpose-allowed",
  code: "TENON1033",
  *check(wiring) {
    for (const { node, restriction, purpose } of labelFlow(wiring).broken) {
      const way = wayOf(restriction).toReversed();
      const purposes = [...restriction.allowed];
      const processes = purpose === undefined ? "does not say what for" : `processes for ${purpose}`;
      const through = way.length === 0 ? "" : `, through ${listText(way.map(nodeText))}`;
      const { source } = restriction;
      yield {
        severity: "error",
        message: `${nodeText(node)} reads ${sourceText(source)}${through}, which is restricted to ${purposeText(purposes)}, and ${processes}`,
        primary: nodeParty(node, purpose === undefined ? "no processesFor" : `processesFor: "${purpose}"`),
        secondary: [
          sourceParty(source, `restricted to ${purposeText(purposes)}`),
          ...way.map((each) => nodeParty(each, "passes it on")),
        ],
        detail: { expected: `processesFor ${purposes.join(" or ") || "(none is allowed)"}`, found: purpose ?? "none" },
        hint:
          purposes.length === 0
            ? "its inputs allow no common purpose: read one of them, or the consent-filtered slot"
            : "read the slot that consent has filtered, put a node in between that declassifies, or state the purpose in `processesFor`",
      };
    }
  },
};
