/** The report that `scripts/sample-report.ts` made with the report's own builder; read through the report's own schema. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Report, ReportSchema } from "@tenon/dev-run/report-format";

/** @throws ZodError where the format has moved on: make it anew */
export function sampleReport(): Report {
  return ReportSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, "sample-report.json"), "utf8")));
}

/** The same with nothing to say. */
export function emptyReport(): Report {
  const report = sampleReport();
  const { verdict, graphDiff, safety } = report;
  return ReportSchema.parse({
    ...report,
    verdict: { ...verdict, outcome: "PASS", sentence: "nothing differs in 704 runs" },
    graphDiff: { ...graphDiff, nodes: [], slots: [], mermaid: "", filesChanged: [] },
    ...{ safety, owners: [], metrics: [], fields: [], findings: [], next: [] },
  });
}
