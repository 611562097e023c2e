import { GraphError } from "@tenon/graph-core";

/** What dev runs refuse or fail with. Each has a page in docs/errors. */
export const DevRunCode = {
  foreignCorpus: "TENON2000",
  damagedCorpus: "TENON2001",
  corpusBound: "TENON2002",
  cannotKeep: "TENON2003",
  noSuchEntry: "TENON2004",
  wrongEdit: "TENON2005",
  noSuchNode: "TENON2006",
  failedReplay: "TENON2007",
} as const;

type DevRunErrorName = keyof typeof DevRunCode;

const CATEGORIES: Partial<Record<DevRunErrorName, GraphError["category"]>> = {
  damagedCorpus: "resource",
  cannotKeep: "resource",
};

interface DevRunErrorFacts {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint: string;
  readonly graph?: string | undefined;
  readonly node?: string | undefined;
  readonly slot?: string | undefined;
  readonly owner?: string | undefined;
  readonly cause?: unknown;
}

export function devRunError(name: DevRunErrorName, { message, ...facts }: DevRunErrorFacts): GraphError {
  return new GraphError(message, { code: DevRunCode[name], category: CATEGORIES[name] ?? "input", ...facts });
}
