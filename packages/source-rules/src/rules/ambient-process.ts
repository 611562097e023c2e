import type { Report, SourceRule } from "../finding.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { hostParty, type Mention, mentionsIn, reaches } from "./support.ts";

const PROCESS_STATE = new Set(["node:process", "process", "node:os", "os", "import.meta"]);
/** Globals that compute and keep nothing, and those that other rules judge more exactly. */
const KNOWN_GLOBALS = new Set([
  ...["undefined", "NaN", "Infinity", "isNaN", "isFinite", "parseInt", "parseFloat", "arguments"],
  ...[
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "BigInt",
    "Symbol",
    "Math",
    "JSON",
    "Reflect",
    "Proxy",
    "RegExp",
  ],
  ...["Map", "Set", "WeakMap", "WeakSet", "Promise", "Iterator", "Intl", "structuredClone", "DOMException"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError"],
  ...["ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array"],
  ...["Int32Array", "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
  ...["URL", "URLSearchParams", "URLPattern", "TextEncoder", "TextDecoder", "AbortController", "AbortSignal", "Buffer"],
  ...["atob", "btoa", "encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI", "escape", "unescape"],
  ...["Date", "performance", "Temporal", "crypto", "eval", "Function", "require", "WebAssembly"],
  ...["AsyncLocalStorage", "AsyncResource", "AsyncContext", "console", "alert", "postMessage", "reportError"],
  ...["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "BroadcastChannel", "MessageChannel"],
  ...["Worker", "indexedDB", "caches", "Deno", "Bun", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
  ...["clearTimeout", "clearInterval", "clearImmediate", "requestAnimationFrame", "requestIdleCallback", "scheduler"],
]);
/** Named by the rules for clocks, timers and loaders. */
const NAMED_ELSEWHERE = new Set([
  ...["process.hrtime", "process.uptime", "process.nextTick", "process.domain"],
  ...["node:process.hrtime", "node:process.uptime", "node:process.nextTick", "import.meta.resolve"],
]);

/** Environment, globals and garbage collector are inputs that no slot declares and no recording holds. */
export const ambientProcess: SourceRule = {
  name: "ambient-process",
  code: "TENON1903",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const mention of mentionsIn(source)) {
      const { node, path, isGlobal } = mention;
      const writes = isGlobal && isWritten(mention, source);
      const known = KNOWN_GLOBALS.has(path.split(".")[0] ?? "");
      const reads = reaches(mention, PROCESS_STATE)
        ? !reaches(mention, NAMED_ELSEWHERE)
        : isGlobal && !known && mention.through === undefined;
      if (!reads && !writes) continue;
      yield {
        at: node.start,
        does: writes ? `changes the process-wide value ${path}` : `reaches process-wide state with ${path}`,
        other: hostParty(source, "process state", "is shared by every request"),
        detail: { expected: "declared slots and resources only", found: path },
        hint: "declare a resource for the setting and list it in uses: one version per request, recorded for replay",
      };
    }
  },
};

function isWritten({ node }: Mention, source: ParsedSource): boolean {
  const parent = source.parents.get(node);
  if (parent?.type === "AssignmentExpression") return parent.left === node;
  return parent?.type === "UpdateExpression" || (parent?.type === "UnaryExpression" && parent.operator === "delete");
}
