/** The index: documents that changed, whether deltas and a base come to the same, and what a change costs. */

import { element, textElement } from "@tenon/graph-core/internal";
import type { Report } from "../../report-schema.ts";
import { amount } from "../shown.ts";
import { chip, folded, para, table } from "./parts.ts";

type Documents = Report["documents"];

export function documents({ documents: all }: Report): string {
  if (all.runs === 0) return "";
  const { added, removed, changed, runs, bytes } = all;
  return [
    para(
      `${runs} runs of handlers: ${added} documents added, ${removed} removed, ${changed} changed; ${bytes.base} → ${bytes.head} bytes written.`,
    ),
    convergence(all),
    table(
      "Columns that changed",
      ["handler", "column", "owner", "documents", "example"],
      all.columns.map((each) => [each.handler, each.column, each.owner, String(each.documents), each.example]),
    ),
    table(
      "Handlers that changed",
      ["handler", "owner", "change", "documents"],
      all.handlers.map(({ handler, owner, change, documents: count }) => [
        handler,
        owner,
        change,
        `${count.base} → ${count.head}`,
      ]),
    ),
    costs(all.indexing ?? null),
  ].join("");
}

const CONVERGENCE = {
  equal: ["good", "✓ equal"],
  different: ["bad", "✕ different"],
  notChecked: ["plain", "… not checked"],
} as const;

function convergence({ convergence: { outcome, detail }, indexing }: Documents): string {
  const [look, word] = CONVERGENCE[outcome];
  const rows = (indexing?.different ?? []).map((each) => [
    ...[each.handler, each.owner, each.what, each.key, each.path, each.deltas, each.base],
  ]);
  const failures = (indexing?.failures ?? []).map(({ path, handler, key, reason }) => [path, handler, key, reason]);
  return [
    textElement("h3", {}, "Deltas and a base come to the same"),
    element("p", {}, `${chip(look, word)} ${textElement("span", {}, detail)}`),
    table(
      "Where deltas and a base differ",
      ["handler", "owner", "what", "key", "path", "deltas leave", "a base holds"],
      rows,
    ),
    table("Keys that could not be derived", ["way", "handler", "key", "why"], failures),
  ].join("");
}

/** Base and head of one figure, as one cell. */
function both(base: number | undefined, head: number | undefined): string {
  const [left, right] = [base, head].map((value) => (value === undefined ? "not told" : amount(value)));
  return left === right ? `${right}` : `${left} → ${right}`;
}

function costs(indexing: Documents["indexing"]): string {
  if (!indexing || indexing.costs.length === 0) return "";
  const rows = indexing.costs.map(({ kind, changes, base, head }) => [
    ...[kind, String(changes), both(base?.runs, head?.runs), both(base?.writes, head?.writes)],
    ...[both(base?.messages, head?.messages), both(base?.messageBytes, head?.messageBytes)],
    ...[both(base?.hops, head?.hops), (head ?? base)?.chain.join(" → ") ?? ""],
    ...[both(base?.chainMs, head?.chainMs), both(base?.workMs, head?.workMs)],
  ]);
  const heads = [
    ...["change", "seen", "runs", "rows written", "messages", "bytes sent", "hops", "longest chain"],
    ...["chain ms", "all runs ms"],
  ];
  return [
    textElement("h3", {}, "What a change costs, and how far it is to the document"),
    table("Cost of one change, base and head", heads, rows),
    folded(
      "What these figures are",
      para(
        "Means of one change of a source row, brought to the handlers as a host brings it. Hops are handlers one after the other, each reading what the one before it writes. Times are processor time of the handlers' graphs: no store, no log, no waiting, so they are the floor of the time to servable, not that time. Differences of a few hundredths of a millisecond are the machine's.",
      ),
    ),
  ].join("");
}
