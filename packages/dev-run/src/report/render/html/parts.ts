/** Pieces of the page. Text is escaped here; markup is only what these functions make. */
import { element, textElement } from "@tenon/graph-core/internal";
import type { Finding, Report } from "../../report-schema.ts";

export interface Section {
  readonly id: string;
  readonly title: string;
  /** Markup; a section without any is left out. */
  readonly body: string;
}

/** A cell that is markup already. */
export interface Markup {
  readonly markup: string;
}

export type Cell = string | Markup;

/** @param label of the region that scrolls where the table is wider than the page */
export function table(label: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return "";
  const head = element("tr", {}, heads.map((each) => textElement("th", { scope: "col" }, each)).join(""));
  const body = rows.map((row) => element("tr", {}, row.map(cellOf).join(""))).join("");
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    element("table", {}, element("thead", {}, head) + element("tbody", {}, body)),
  );
}

function cellOf(cell: Cell): string {
  if (typeof cell !== "string") return element("td", {}, cell.markup);
  // Digits stand below digits.
  const isNumber = /^[+−-]?[\d.,]+(?: ?(?:%|ms|kB))?$/.test(cell);
  return textElement("td", isNumber ? { class: "num" } : {}, cell);
}

export function list(lines: readonly string[], className?: string): string {
  if (lines.length === 0) return "";
  return element("ul", { class: className }, lines.map((line) => textElement("li", {}, line)).join(""));
}

export function para(text: string, className?: string): string {
  return text === "" ? "" : textElement("p", { class: className }, text);
}

export function folded(title: string, body: string): string {
  return body === "" ? "" : element("details", {}, textElement("summary", {}, title) + body);
}

export function link(href: string, text: string, className?: string): string {
  return textElement("a", { href, class: className }, text);
}

export function command(text: string): string {
  return element("pre", { tabindex: "0" }, textElement("code", {}, text));
}

/** A sign and a word: neither colour nor shape alone says it. */
const OUTCOMES = {
  PASS: ["good", "✓ Pass"],
  "NEEDS REVIEW": ["warn", "! Needs review"],
  FAIL: ["bad", "✕ Fail"],
  INCOMPLETE: ["warn", "… Incomplete"],
} as const satisfies Record<Report["verdict"]["outcome"], readonly [string, string]>;

const SEVERITIES = {
  fail: ["bad", "✕ fails"],
  review: ["warn", "! look"],
  expected: ["good", "✓ expected"],
} as const satisfies Record<Finding["severity"], readonly [string, string]>;

export function outcomeChip(outcome: Report["verdict"]["outcome"]): string {
  const [look, word] = OUTCOMES[outcome];
  return textElement("span", { class: `chip large ${look}` }, word);
}

export function severityChip(severity: Finding["severity"]): string {
  const [look, word] = SEVERITIES[severity];
  return textElement("span", { class: `chip ${look}` }, word);
}

export function chip(look: "good" | "warn" | "bad" | "plain", word: string): string {
  return textElement("span", { class: `chip ${look}` }, word);
}
