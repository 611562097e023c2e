import type { Report, SourceRule } from "../finding.ts";
import { hostParty, importsIn, mentionsIn, reaches } from "./support.ts";

const CONTEXTS = new Set(["AsyncLocalStorage", "AsyncResource", "AsyncContext", "process.domain"]);
const CONTEXT_MODULES = /^(?:node:)?(?:async_hooks|domain|diagnostics_channel)$/;

/** A context that follows the call stack instead of the arguments can be another request's. */
export const ambientContext: SourceRule = {
  name: "ambient-context",
  code: "TENON1906",
  arguable: false,
  *find(source): Iterable<Report> {
    const at = (start: number, found: string): Report => ({
      at: start,
      does: `takes its context from ${found}`,
      other: hostParty(source, "async context", "may belong to another request"),
      detail: { expected: "the context given to run as its second argument", found },
      hint: "declare what you need: a request slot in reads, a resource in uses, or clock, random and signal of context",
    });
    for (const mention of mentionsIn(source))
      if (reaches(mention, CONTEXTS)) yield at(mention.node.start, mention.path);
    for (const { node, module } of importsIn(source)) if (CONTEXT_MODULES.test(module)) yield at(node.start, module);
  },
};
