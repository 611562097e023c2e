/** Findings as JUnit XML, which every CI shows: one case per graph, and one per finding, which fails unless it is expected. */
import { element, textElement } from "@tenon/graph-core/internal";
import type { Report } from "../report-schema.ts";

export function renderJunit({ verdict, findings }: Report): string {
  const open = findings.filter(({ severity }) => severity !== "expected");
  const quiet = verdict.graphs.filter(({ name }) => !open.some(({ graph }) => graph === name));
  const cases = [
    ...quiet.map(({ name }) => element("testcase", { classname: name, name: "gives what the base gives" }, "")),
    ...findings.map(({ id, title, graph, node, owner, severity, causes, reproduce }) => {
      const detail = [
        ...causes.map(({ kind, detail: text }) => `${kind}: ${text}`),
        `owner: ${owner}`,
        ...reproduce,
      ].join("\n");
      const failure = severity === "expected" ? "" : textElement("failure", { type: severity, message: title }, detail);
      return element("testcase", { classname: `${graph}.${node}`, name: id }, failure);
    }),
  ];
  const counts = { name: "tenon report", tests: String(cases.length), failures: String(open.length), errors: "0" };
  const suite = element("testsuite", { ...counts, time: (verdict.durationMs / 1_000).toFixed(3) }, cases.join(""));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", counts, suite)}\n`;
}
