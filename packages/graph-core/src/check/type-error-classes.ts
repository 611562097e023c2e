/** What kind of mistake a compiler error is, from its code and its words. */
import type { AnySlot } from "../contract/slot.ts";
import type { CompilerError } from "./compiler-output.ts";
import type { Site } from "./explain-type-errors.ts";

export interface ErrorClass {
  readonly code: `TENON1${string}`;
  readonly rule: string;
  readonly label: string;
  readonly hint: string;
  /** Continues `node "x" (owner y) …`; the slot's text may be empty. */
  readonly says: (slot: string) => string;
  /** Names of slots or resources in the compiler's words, the one at stake first. */
  readonly names: readonly string[];
  /** The slot at stake holds a feature snapshot. */
  readonly atSnapshot?: true;
  /** The graph check's code for the same mistake, where it is one of wiring. */
  readonly wiring?: { readonly code: `TENON1${string}` } | undefined;
}

/** Methods that change their receiver; the read-only forms of values do not have them. */
const CHANGING_METHODS = new Set(
  "sort reverse push pop shift unshift splice fill copyWithin set delete clear add setScalar setColumn".split(" "),
);

/** Cannot assign, read-only index, no such element, cannot delete. */
const READ_ONLY_CODES = new Set([2540, 2542, 2704, 7053]);

/** Not assignable, unknown or missing properties: errors about a value and the type it should have. */
const MISFIT_CODES = new Set([2322, 2345, 2353, 2375, 2379, 2412, 2559, 2739, 2740, 2741]);

const WIRING: readonly (readonly [pattern: RegExp, code: `TENON1${string}`])[] = [
  [/no node writes slot '([^']+)'/, "TENON1003"],
  [/slot '([^']+)' is also written by node '([^']+)'/, "TENON1004"],
  [/slot '([^']+)' is a request slot/, "TENON1005"],
];

export function classOf(error: CompilerError, site?: Site, token?: AnySlot): ErrorClass {
  const words = [error.message, ...error.because].join("\n");
  for (const [pattern, code] of WIRING) {
    const match = pattern.exec(words);
    if (match !== null) return { ...typeError(), names: match.slice(1), wiring: { code } };
  }
  const extra = /run returns '([^']+)', which is not in writes/.exec(words);
  if (extra !== null) return undeclaredOutput(extra[1] as string);
  const undeclared = /Property '([^']+)' does not exist on type '(InputsOf|UsesOf)</.exec(words);
  if (undeclared !== null) return undeclaredRead(undeclared[1] as string, undeclared[2] === "UsesOf");
  if (/Property 'onFailure' is missing/.test(words)) return failureUndeclared();
  if (/'Promise<.*>' is not assignable to type '(?:void|undefined)/.test(error.message)) return asyncRecipe();
  const name = /^Argument of type '"([^"]+)"' is not assignable to parameter of type '(?:number \| )?"/.exec(
    error.message,
  );
  if (name !== null) return unknownFeature(name[1] as string);
  const missing = /Property '([^']+)' does not exist on type/.exec(error.message)?.[1];
  if (READ_ONLY_CODES.has(error.code) || (missing !== undefined && CHANGING_METHODS.has(missing)))
    return sharedValueChanged();
  const { reads = [], soft = [], writes = [] } = site?.node.definition ?? {};
  const written = token !== undefined && writes.includes(token) && ![...reads, ...soft].includes(token);
  if (written && MISFIT_CODES.has(error.code)) return misfit();
  return typeError();
}

function sharedValueChanged(): ErrorClass {
  return {
    code: "TENON1050",
    rule: "shared-value-changed",
    label: "changes a value that others share",
    hint: "make a new value: copy along the path, use toSorted and the other copying forms, a column writer, or edit()",
    says: (slot) => `changes ${slot === "" ? "a shared value" : slot}`,
    names: [],
  };
}

/** Names of features are the only texts in the API that a value's type lists. */
function unknownFeature(name: string): ErrorClass {
  return {
    code: "TENON1023",
    rule: "feature-use-declared",
    label: `names "${name}"`,
    hint: "name a feature of the schema, or add it there, so that it is logged as well",
    says: (slot) => `names feature "${name}", which ${slot === "" ? "the snapshot" : slot} does not hold`,
    names: [],
    atSnapshot: true,
  };
}

/** Nothing in the API takes a function without a result but the recipe of `edit`. */
function asyncRecipe(): ErrorClass {
  return {
    ...sharedValueChanged(),
    label: "edits in an async recipe",
    hint: "await first, then edit: a draft is gone when its recipe returns",
    says: (slot) => `keeps a draft${slot === "" ? "" : ` of ${slot}`} over an await`,
  };
}

function undeclaredRead(name: string, resource: boolean): ErrorClass {
  return {
    code: "TENON1051",
    rule: "undeclared-read",
    label: `uses "${name}" undeclared`,
    hint: resource
      ? `list the resource "${name}" in \`uses\``
      : `list the slot "${name}" in \`reads\`, or in \`soft\` where it may be absent`,
    says: (slot) => `uses ${slot === "" ? `"${name}"` : slot} without declaring it`,
    names: [name],
  };
}

function undeclaredOutput(name: string): ErrorClass {
  return {
    code: "TENON1052",
    rule: "undeclared-output",
    label: `returns "${name}" undeclared`,
    hint: `list the slot "${name}" in \`writes\`, or remove it from what \`run\` returns`,
    says: (slot) => `returns ${slot === "" ? `"${name}"` : slot} without declaring to write it`,
    names: [name],
  };
}

function misfit(): ErrorClass {
  return {
    code: "TENON1053",
    rule: "misfitting-value",
    label: "writes a value that does not fit",
    hint: "give the slot a value of its schema: convert units with the domain's functions, say absence with a status",
    says: (slot) => `writes a value that does not fit ${slot}`,
    names: [],
  };
}

function failureUndeclared(): ErrorClass {
  return {
    code: "TENON1019",
    rule: "declared-failure",
    label: "no onFailure",
    hint: 'set onFailure: "failRequest", "omit" where every reader takes the slots as soft, or { fallback }',
    says: (slot) =>
      `may return a promise and does not say what happens when it fails${slot === "" ? "" : `, to ${slot}`}`,
    names: [],
    wiring: { code: "TENON1019" },
  };
}

function typeError(): ErrorClass {
  return {
    code: "TENON1054",
    rule: "type-error",
    label: "does not compile",
    hint: "mend the code where the compiler points",
    says: (slot) => `does not compile${slot === "" ? "" : ` at ${slot}`}`,
    names: [],
  };
}
