import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { keyName, nodesIn } from "../syntax/walk.ts";
import { hostParty } from "./support.ts";

const LOCAL_TIME = /^(?:get|set)(?:Date|Day|FullYear|Year|Hours|Milliseconds|Minutes|Month|Seconds|TimezoneOffset)$/;
const LOCAL_TEXT = new Set([
  "toLocaleString",
  "toLocaleDateString",
  "toLocaleTimeString",
  "toLocaleUpperCase",
  "toLocaleLowerCase",
]);
const LOCAL_DATE_TEXT = new Set(["toDateString", "toTimeString"]);

/** The machine's time zone and language decide where a day begins and how words sort: two servers then disagree. */
export const ambientLocale: SourceRule = {
  name: "ambient-locale",
  code: "TENON1915",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const node of nodesIn(source.program)) {
      const found =
        node.type === "CallExpression" || node.type === "NewExpression" ? localUse(node, source) : undefined;
      if (found === undefined) continue;
      yield {
        at: node.start,
        does: `depends on the machine's ${found.on} with ${found.call}`,
        other: hostParty(source, found.on, "differs between machines"),
        detail: { expected: found.expected, found: found.call },
        hint: `use ${found.expected}`,
      };
    }
  },
};

function localUse(
  node: AnyNode & { type: "CallExpression" | "NewExpression" },
  source: ParsedSource,
): { on: string; call: string; expected: string } | undefined {
  const path = globalPathOf(node.callee, source.scopes);
  const given = node.arguments.length;
  const first = node.arguments[0] as AnyNode | undefined;
  const named = first !== undefined && !(first.type === "Identifier" && first.name === "undefined");
  if (path?.startsWith("Intl.") === true && !path.endsWith(".supportedLocalesOf") && !named) {
    return { on: "language", call: path, expected: 'an explicit locale, e.g. new Intl.NumberFormat("en")' };
  }
  if (path === "Date" && node.type === "NewExpression" && given > 1) {
    return { on: "time zone", call: "new Date(year, month, …)", expected: "Date.UTC(year, month, …)" };
  }
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const name = keyName(node.callee.property, node.callee.computed) ?? "";
  if (LOCAL_TIME.test(name))
    return { on: "time zone", call: `${name}()`, expected: name.replace(/^([gs]et)/, "$1UTC") };
  if (LOCAL_DATE_TEXT.has(name)) return { on: "time zone", call: `${name}()`, expected: "toISOString()" };
  if (LOCAL_TEXT.has(name) && !named) return { on: "language", call: `${name}()`, expected: "an explicit locale" };
  if (name === "localeCompare" && given < 2) {
    return {
      on: "language",
      call: "localeCompare()",
      expected: "a code unit comparison (a < b) or an explicit locale",
    };
  }
  return undefined;
}
