import { element, textElement } from "@tenon/graph-core/internal";
import { type ExampleFacts, exampleAddress, findingAddress, type StudioPlace } from "../../report-address.ts";
import type { Field, Finding, Report } from "../../report-schema.ts";
import { cell, fieldName } from "../shown.ts";
import { command, folded, link, list, para, severityChip } from "./parts.ts";
import { fieldTable } from "./values.ts";

/** Fields whose examples stand open. */
const FIELDS_OPEN = 2;

export function findingCards({ findings }: Report, studio: StudioPlace | undefined): string {
  if (findings.length === 0) return para("None: both versions give the same.");
  return findings.map((each) => findingCard(each, studio)).join("");
}

function findingCard(found: Finding, studio: StudioPlace | undefined): string {
  const { id, severity, title, node, owner, graph, fields, fieldsMore, reproduce, approve, gate } = found;
  const head = [
    element(
      "p",
      { class: "line" },
      `${link(`#${id}`, id, "id")} ${severityChip(severity)} ${where(graph, node, owner)}`,
    ),
    textElement("h3", {}, title),
  ];
  const more = fieldsMore > 0 ? para(`and ${fieldsMore} more fields`) : "";
  const body = [
    facts(found, studio),
    gate === undefined ? "" : para(`green because ${gate}`, "soft"),
    ...fields.slice(0, FIELDS_OPEN).map((field) => examples(found, field, studio)),
    fields.length === 0
      ? ""
      : folded(`All ${fields.length + fieldsMore} fields of this cause`, fieldTable(fields) + more),
    folded("See it again, or agree", [...reproduce, approve].map(command).join("")),
    studio === undefined ? "" : element("p", {}, link(findingAddress(studio, id), `${id} in the studio`)),
  ];
  return element("article", { id, class: severity, "aria-label": `${id}: ${node}` }, [...head, ...body].join(""));
}

function where(graph: string, node: string, owner: string): string {
  const place = [graph === node ? "" : graph, owner].filter(Boolean).join(" · ");
  return textElement("strong", {}, node) + (place === "" ? "" : ` ${textElement("span", { class: "soft" }, place)}`);
}

function facts(
  { causes, place, effect, downstream, entriesAffected, entriesCompared, examples: runs, ...rest }: Finding,
  studio: StudioPlace | undefined,
): string {
  const behind = downstream.map(({ node, owner }) => `${node} (${owner})`);
  const rows: readonly (readonly [string, string])[] = [
    ["Cause", list(causes.map(({ kind, detail }) => `${kind}: ${detail}`))],
    ["Code", place === null ? "" : textElement("code", {}, `${place.file}:${place.line}`)],
    ["Effect", list([...effect])],
    [
      "Runs",
      entriesAffected === 0
        ? ""
        : `${entriesAffected} of ${entriesCompared}; the smallest: ${runs.map((requestId) => runLink({ ...rest, requestId, row: "" }, studio)).join(", ")}`,
    ],
    ["Behind it", behind.length === 0 ? "" : folded(`${behind.length} nodes give something else`, list(behind))],
  ];
  const shown = rows.filter(([, body]) => body !== "");
  return element(
    "dl",
    { class: "facts" },
    shown.map(([name, body]) => textElement("dt", {}, name) + element("dd", {}, body)).join(""),
  );
}

/** Before and after, beside each other. */
function examples(found: Finding, field: Field, studio: StudioPlace | undefined): string {
  const rows = field.examples.map(({ requestId, row, base, head }) =>
    element(
      "li",
      {},
      [
        textElement("span", { class: "before" }, cell(base)),
        textElement("span", { class: "arrow", "aria-label": "becomes" }, "→"),
        textElement("span", { class: "after" }, cell(head)),
        element(
          "span",
          { class: "soft" },
          `${runLink({ ...found, requestId, row, rowsAre: field.rowsAre }, studio)}${row === "" ? "" : ` ${textElement("span", {}, field.rowsAre === "ads" ? `ad ${row}` : `row ${row}`)}`}`,
        ),
      ].join(" "),
    ),
  );
  const compared = field.tolerance === "exact" ? "exactly" : `within ${field.tolerance}`;
  const count = `${field.entriesChanged} of ${field.entriesCompared} runs looked at, compared ${compared}`;
  return element(
    "div",
    { class: "example" },
    element("p", {}, `${textElement("code", {}, fieldName(field))} ${textElement("span", { class: "soft" }, count)}`) +
      element("ul", { class: "pairs" }, rows.join("")),
  );
}

function runLink(example: ExampleFacts, studio: StudioPlace | undefined): string {
  const { requestId } = example;
  return studio === undefined ? textElement("span", {}, requestId) : link(exampleAddress(studio, example), requestId);
}
