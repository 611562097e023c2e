import { exampleAddress, findingAddress, type StudioPlace } from "../../report-address.ts";
import type { Field, Finding, Report } from "../../report-schema.ts";
import { cell, fieldName } from "../shown.ts";
import type { Shown } from "./shown-parts.ts";
import { code, list, section, table, text } from "./words.ts";

export function owners({ owners: all }: Report, { rows }: Shown): string {
  const cells = all.map(({ owner, changed, affected, findings: own, worst }) => [
    text(owner),
    list(changed, 4),
    list(affected, 4),
    own.join(" ") || "none",
    text(worst),
  ]);
  return section("Who must look", table(["owner", "changed", "affected", "findings", "worst"], cells, rows));
}

export function findings({ findings: all }: Report, shown: Shown): string {
  if (all.length === 0) return "";
  const parts = all.slice(0, shown.findings).map((each) => finding(each, shown.studio));
  const more = all.length > shown.findings ? [`… and ${all.length - shown.findings} more in report.html`] : [];
  return `### Findings\n\n${[...parts, ...more].join("\n\n")}`;
}

function finding(found: Finding, studio: StudioPlace | undefined): string {
  const {
    id,
    severity,
    title,
    causes,
    effect,
    downstream,
    fields: own,
    place,
    reproduce,
    approve,
    gate,
    ...rest
  } = found;
  const lines = [
    ...causes.map(({ kind, detail }) => `- cause: **${kind}**, ${text(detail)}`),
    ...(place === null ? [] : [`- at ${code(`${place.file}:${place.line}`)}`]),
    ...effect.map((each) => `- ${text(each)}`),
    ...(downstream.length === 0
      ? []
      : [
          `- behind it: ${list(
            downstream.map(({ node, owner }) => `${node} (${owner})`),
            6,
          )}`,
        ]),
    ...own.slice(0, 3).map((field) => `- ${fieldLine(found, field, studio)}`),
    ...(gate === undefined ? [] : [`- green because ${text(gate)}`]),
    ...(own.length + rest.fieldsMore > 3
      ? [`- and ${own.length + rest.fieldsMore - 3} more fields of the same cause`]
      : []),
    `- look: ${reproduce.map(code).join(" or ")}; agree: ${code(approve)}`,
  ];
  const mark = severity === "fail" ? "❌" : severity === "expected" ? "🟢" : "🟡";
  const name = studio === undefined ? `**${id}**` : `[**${id}**](<${findingAddress(studio, id)}>)`;
  return `${name} ${mark} ${text(title)}\n${lines.join("\n")}`;
}

function fieldLine(found: Finding, { examples, ...field }: Field, studio: StudioPlace | undefined): string {
  const [first] = examples;
  const changed = `${code(fieldName(field))}: ${field.cellsChanged + field.cellsOnlyInBase + field.cellsOnlyInHead} values in ${field.entriesChanged} of ${field.entriesCompared} runs looked at`;
  if (first === undefined) return changed;
  const run =
    studio === undefined
      ? text(first.requestId)
      : `[${text(first.requestId)}](<${exampleAddress(studio, { ...found, ...first, rowsAre: field.rowsAre })}>)`;
  const row = first.row === "" ? "" : ` of ${text(first.row)}`;
  return `${changed}, e.g. ${code(cell(first.base))} → ${code(cell(first.head))}${row} in ${run}`;
}
