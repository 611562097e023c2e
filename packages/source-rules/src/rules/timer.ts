import type { Report, SourceRule } from "../finding.ts";
import { hostParty, importsIn, mentionsIn, reaches } from "./support.ts";

const TIMERS = new Set([
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestAnimationFrame", "requestIdleCallback"],
  ...["scheduler", "process.nextTick", "node:process.nextTick", "AbortSignal.timeout"],
]);
const TIMER_MODULES = /^(?:node:)?timers(?:\/promises)?$/;

/** Work that is put off runs after its request, where no deadline, trace or owner sees it. */
export const timer: SourceRule = {
  name: "timer",
  code: "TENON1905",
  arguable: false,
  *find(source): Iterable<Report> {
    const at = (start: number, found: string): Report => ({
      at: start,
      does: `puts work off with ${found}`,
      other: hostParty(source, "process timers", "fires after the request"),
      detail: { expected: "work that is done when run returns", found },
      hint: "deadlines, retries and fallbacks are contract data (budgetMs, retry, onFailure); hand context.signal to the call",
    });
    for (const mention of mentionsIn(source)) if (reaches(mention, TIMERS)) yield at(mention.node.start, mention.path);
    for (const { node, module } of importsIn(source)) if (TIMER_MODULES.test(module)) yield at(node.start, module);
  },
};
