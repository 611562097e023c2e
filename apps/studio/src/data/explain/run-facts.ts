import type { RunDocument } from "../run-document.ts";
import type { RunFacts } from "../run-facts.ts";

export function runFacts({ startedAtMs, durationMs, failureCode, request, shown }: RunDocument): RunFacts {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    ...{ startedAtMs, durationMs, surface: text(request["surface"]), country: text(request["country"]) },
    objectives: [...new Set(shown.flatMap(({ objective }) => objective ?? []))].toSorted(),
    verdict: failureCode !== null ? "failed" : shown.length === 0 ? "empty" : "shown",
    shown: shown.length,
  };
}
