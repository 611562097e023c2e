import type { Report } from "../report-schema.ts";

/** What a script learns: 0 pass, 1 findings, 3 incomplete. 2 and 4 are those of errors. */
export function exitCodeOf({ verdict, findings }: Report): 0 | 1 | 3 {
  if (verdict.outcome === "INCOMPLETE") return 3;
  return findings.some(({ severity }) => severity !== "expected") ? 1 : 0;
}
