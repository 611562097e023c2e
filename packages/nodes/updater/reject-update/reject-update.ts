import { node } from "@tenon/graph-core";
import { rejectUpdateContract } from "./reject-update.contract.ts";

export const rejectUpdate = node({
  ...rejectUpdateContract,
  run: ({ entityUpdate: update, updateProblems: problems }, { clock: { nowMs } }) => {
    const [first] = problems;
    if (first === undefined) return { rejectedMessages: [] };
    const reasons = problems.map(
      ({ field, expected, found, owner }) => `${field} (owner ${owner}): expected ${expected}, found ${found}`,
    );
    const value = { update, reason: reasons.join("; "), owner: first.owner };
    return { rejectedMessages: [{ key: `${update.entity}:${update.key}`, timeMs: nowMs, value }] };
  },
});
