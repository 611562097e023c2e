import { GraphError, type GraphErrorFacts } from "@tenon/graph-core";
import { STATUS_BY_CATEGORY } from "@tenon/http-host";

interface Said {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint: string;
  readonly cause?: unknown;
}

type Facts = Pick<GraphErrorFacts, "code" | "category"> & { readonly status: number };

const FACTS = {
  notAllowed: { code: "TENON2050", category: "input", status: 401 },
  notThere: { code: "TENON2051", category: "input", status: 404 },
  cannotHere: { code: "TENON2052", category: "input", status: 409 },
  wrongQuestion: { code: "TENON2053", category: "input", status: 400 },
  notBuilt: { code: "TENON2054", category: "resource", status: 503 },
  hostSilent: { code: "TENON2055", category: "resource", status: 502 },
  folderInUse: { code: "TENON2056", category: "input", status: 409 },
  brokenReport: { code: "TENON2057", category: "input", status: 409 },
} as const satisfies Readonly<Record<string, Facts>>;

/** Every way the studio refuses. */
export function studioError(kind: keyof typeof FACTS, { message, ...said }: Said): GraphError {
  const { code, category } = FACTS[kind];
  return new GraphError(message, { code, category, ...said });
}

const STATUS: ReadonlyMap<string, number> = new Map([
  ...Object.values(FACTS).map(({ code, status }) => [code, status] as const),
  // A host where as many repeats wait as may.
  ["TENON1613", 503] as const,
]);

export function statusOf({ code, category }: GraphError): number {
  return STATUS.get(code) ?? STATUS_BY_CATEGORY[category];
}
