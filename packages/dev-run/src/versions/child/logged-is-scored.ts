import { FeatureSnapshot, ModelScores } from "@tenon/graph-core";
import type { AnyExecutor } from "../../replay/graph-facts.ts";
import type { ObservedRun } from "../../replay/run-recorded.ts";

/** Whether every snapshot in a slot that goes to the log has the digest of one that a model scored in this run. */
export function loggedIsScored({ values }: ObservedRun, { plan }: AnyExecutor): boolean | null {
  const logged = new Set<string>();
  const scored = new Set<string>();
  for (const [key, { value }] of values) {
    const isLog = plan.wiring.slots.get(key)?.tokens[0]?.tags.leaves === "log";
    visit(value, (found) => {
      if (isLog && found instanceof FeatureSnapshot) logged.add(found.digest);
      if (!isLog && found instanceof ModelScores) scored.add(found.snapshotDigest);
    });
  }
  return logged.size === 0 ? null : logged.isSubsetOf(scored);
}

function visit(value: unknown, see: (value: object) => void): void {
  if (typeof value !== "object" || value === null) return;
  see(value);
  // Values with a kind of their own (batches, columns, snapshots) are leaves.
  if ("tenonValue" in value) return;
  for (const part of Object.values(value)) visit(part, see);
}
