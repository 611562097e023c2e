import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { keyName, nodesIn } from "../syntax/walk.ts";
import { hostParty, mentionsIn, reaches } from "./support.ts";

const CLOCKS = new Set([
  ...["Date.now", "performance", "Temporal.Now", "process.hrtime", "process.uptime"],
  ...["node:perf_hooks", "perf_hooks", "node:process.hrtime", "node:process.uptime"],
]);
/** Members of `Date` that read no clock. */
const CLOCKLESS = new Set(["Date.UTC", "Date.parse", "Date.prototype", "Date.length", "Date.name"]);

/** A node that reads the clock sees another time than the node beside it, and another one on replay. */
export const ambientClock: SourceRule = {
  name: "ambient-clock",
  code: "TENON1901",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const node of nodesIn(source.program)) {
      if (!isFormatOfNow(node, source)) continue;
      yield {
        at: node.start,
        does: "formats the process clock",
        other: hostParty(source, "process clock", "moves while the request runs"),
        detail: { expected: "the time to format, as an argument", found: source.textOf(node) },
        hint: "give it the time: format(context.clock.nowMs)",
      };
    }
    for (const mention of mentionsIn(source)) {
      const { node, path } = mention;
      const parent = source.parents.get(node);
      const given = parent?.type === "NewExpression" && parent.callee === node ? parent.arguments[0] : undefined;
      const dated = given !== undefined && given.type !== "SpreadElement";
      const compared = parent?.type === "BinaryExpression" && parent.operator === "instanceof";
      const unpacked = parent?.type === "VariableDeclarator" && parent.id.type === "ObjectPattern";
      const takesDate = path === "Date" && mention.through !== "Date" && !dated && !compared && !unpacked;
      if (!takesDate && (!reaches(mention, CLOCKS) || reaches(mention, CLOCKLESS))) continue;
      yield {
        at: (parent?.type === "NewExpression" && parent.callee === node ? parent : node).start,
        does: `reads the process clock with ${takesDate ? "Date" : path}`,
        other: hostParty(source, "process clock", "moves while the request runs"),
        detail: { expected: "one time per request, the same for every node and on replay", found: path },
        hint: "use context.clock.nowMs, or read the slot that holds the event's time",
      };
    }
  },
};

/** `dateFormat.format()`: without an argument it formats the present. */
function isFormatOfNow(node: AnyNode, source: ParsedSource): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression" || node.arguments.length > 0)
    return false;
  if (!/^format(?:ToParts)?$/.test(keyName(node.callee.property, node.callee.computed) ?? "")) return false;
  const { object } = node.callee;
  const binding = object.type === "Identifier" ? source.scopes.bindingOf(object) : undefined;
  const maker = (binding === undefined ? object : binding.value) as AnyNode | undefined;
  if (maker?.type !== "NewExpression" && maker?.type !== "CallExpression") return false;
  return globalPathOf(maker.callee, source.scopes) === "Intl.DateTimeFormat";
}
