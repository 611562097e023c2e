import type { Report, SourceRule } from "../finding.ts";
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
    for (const mention of mentionsIn(source)) {
      const { node, path } = mention;
      const parent = source.parents.get(node);
      const dated = parent?.type === "NewExpression" && parent.callee === node && parent.arguments.length > 0;
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
