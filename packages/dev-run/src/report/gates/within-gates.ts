import type { Draft } from "../findings/value-findings.ts";
import type { OwnerGates } from "./owner-gates.ts";

/** Changes of values in no more runs than their team lets pass are green, and say why. Whatever fails is not softened. */
export function withinGates(drafts: readonly Draft[], gates: OwnerGates): readonly Draft[] {
  return drafts.map((draft) => {
    const { kind, severity, owner, entriesAffected, entriesCompared } = draft;
    const share = gates[owner]?.runsChanged;
    if (share === undefined || kind !== "values" || severity !== "review" || entriesCompared === 0) return draft;
    if (draft.causes.some((cause) => cause.kind === "nondeterminism") || entriesAffected / entriesCompared > share)
      return draft;
    return { ...draft, severity: "expected", gate: `${owner} lets ${share * 100} % of runs change` };
  });
}
