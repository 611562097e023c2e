/** Findings as SARIF 2.1.0 (OASIS standard): code hosts show them beside the line of the node. */
import { findingAddress, type StudioPlace } from "../report-address.ts";
import type { Report } from "../report-schema.ts";

/** @param studio each result says where it is shown */
export function renderSarif({ findings }: Report, studio?: StudioPlace): string {
  const rules = [...new Set(findings.map(({ kind }) => kind))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "tenon report",
            rules: rules.map((kind) => ({ id: `report/${kind}`, shortDescription: { text: `${kind} changed` } })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map(({ id, kind, severity, title, causes, graph, node, owner, place, reproduce }) => ({
          ruleId: `report/${kind}`,
          ruleIndex: rules.indexOf(kind),
          level: severity === "fail" ? "error" : severity === "review" ? "warning" : "note",
          message: {
            text: `${[title, ...causes.map((cause) => `${cause.kind}: ${cause.detail}`)].join(". ")}. ${reproduce[0] ?? ""}`,
          },
          locations: [
            {
              ...(place !== null && {
                physicalLocation: {
                  artifactLocation: {
                    uri: place.file.split("/").map(encodeURIComponent).join("/"),
                    uriBaseId: "%SRCROOT%",
                  },
                  region: { startLine: place.line, startColumn: place.column },
                },
              }),
              logicalLocations: [{ name: node, kind: "object", fullyQualifiedName: `${graph}/${node}` }],
            },
          ],
          // The same finding keeps its name when lines move and when others come before it.
          partialFingerprints: { "tenon/v1": [kind, graph, node].join("|") },
          properties: { finding: id, owner, ...(studio !== undefined && { studio: findingAddress(studio, id) }) },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
