import { isBuiltin } from "node:module";
import type { Report, SourceRule } from "../finding.ts";
import { hostParty, importsIn, mentionsIn, reaches } from "./support.ts";

const EFFECTS = new Set([
  ...["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "BroadcastChannel", "MessageChannel"],
  ...["Worker", "indexedDB", "caches", "console", "alert", "postMessage", "reportError", "Deno", "Bun"],
]);
/** Built-in modules that compute and do nothing else, and those that other rules name more exactly. */
const PURE_BUILT_INS = new Set([
  "buffer",
  "crypto",
  "util",
  "assert",
  "string_decoder",
  "punycode",
  "url",
  "querystring",
]);
const NAMED_ELSEWHERE = new Set([
  "perf_hooks",
  "timers",
  "timers/promises",
  "async_hooks",
  "domain",
  "process",
  "os",
  "module",
  "vm",
]);
/** Packages a node may import: the contracts, the domain model, evaluators, read interfaces, and schemas. */
const NODE_PACKAGES = /^(?:zod(?:\/.*)?|@tenon\/(?:graph-core(?:\/edit)?|ads-model|model-serving|[\w-]+\/api))$/;

/** Hosts own every effect. A node that sends, writes or loads cannot be replayed, shadowed or run twice. */
export const outsideCall: SourceRule = {
  name: "outside-call",
  code: "TENON1904",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const mention of mentionsIn(source)) {
      const { node, path } = mention;
      if (!reaches(mention, EFFECTS)) continue;
      yield report(node.start, `acts outside the graph with ${path}`, path, path);
    }
    for (const { node, module } of importsIn(source)) {
      const name = module.replace(/^node:/, "");
      const builtIn = isBuiltin(module);
      if (module.startsWith(".") || PURE_BUILT_INS.has(name) || NAMED_ELSEWHERE.has(name)) continue;
      if (!builtIn && NODE_PACKAGES.test(module)) continue;
      const what = builtIn ? "built-in module" : "package";
      yield report(
        node.start,
        `imports the ${what} "${module}", which is no read interface`,
        module,
        `import of "${module}"`,
      );
    }

    function report(at: number, does: string, name: string, found: string): Report {
      return {
        at,
        does,
        other: hostParty(source, name, "is the host's to call"),
        detail: { expected: "data in, data out: effects are output slots that the host commits", found },
        hint: "read through a resource in uses; return what should happen as a slot (write set, outbox, log record)",
      };
    }
  },
};
