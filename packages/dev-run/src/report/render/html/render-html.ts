/**
 * The whole report as one file. It runs no script and loads nothing: its policy allows the one style in it, by hash, so
 * that a recorded value that slipped through as markup could still do nothing.
 */
import { createHash } from "node:crypto";
import { element, textElement } from "@tenon/graph-core/internal";
import type { StudioPlace } from "../../report-address.ts";
import type { Report } from "../../report-schema.ts";
import { documents } from "./documents.ts";
import { findingCards } from "./findings.ts";
import { graphDiff } from "./graph.ts";
import { list, type Section } from "./parts.ts";
import { performance } from "./performance.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { expected, owners, safety, trust } from "./trust.ts";
import { fields, lists, metrics } from "./values.ts";
import { verdictScreen } from "./verdict.ts";

/** @param studio findings and examples link to it */
export function renderHtml(report: Report, studio?: StudioPlace): string {
  const hash = createHash("sha256").update(REPORT_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    textElement("title", {}, `${report.verdict.outcome}: ${report.verdict.sentence}`),
    `<style>${REPORT_STYLE}</style>`,
  ];
  const sections = sectionsOf(report, studio).filter(({ body }) => body !== "");
  const links = sections.map(({ id, title }) => textElement("a", { href: `#${id}` }, title)).join("");
  const bodies = sections.map(({ id, title, body }) => element("section", { id }, textElement("h2", {}, title) + body));
  const body = [
    element("header", {}, verdictScreen(report)),
    element("nav", { "aria-label": "Sections" }, links),
    element("main", {}, bodies.join("\n")),
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n${body.join("\n")}\n</body>\n</html>\n`;
}

function sectionsOf(report: Report, studio: StudioPlace | undefined): readonly Section[] {
  return [
    { id: "findings", title: "Findings", body: findingCards(report, studio) },
    { id: "owners", title: "Who must look", body: owners(report) },
    { id: "graph", title: "Graph", body: graphDiff(report) },
    { id: "safety", title: "Contract and safety", body: safety(report) },
    { id: "metrics", title: "Business metrics", body: metrics(report) },
    { id: "lists", title: "Lists of ads", body: lists(report) },
    { id: "documents", title: "Documents", body: documents(report) },
    { id: "time", title: "Time and allocation", body: performance(report) },
    { id: "fields", title: "Fields", body: fields(report) },
    { id: "trust", title: "Noise and trust", body: trust(report) },
    { id: "expected", title: "Expected changes", body: expected(report) },
    { id: "next", title: "What to do next", body: list(report.next) },
  ];
}
