import { GraphError, type GraphErrorFacts } from "@tenon/graph-core";

interface Said {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint: string;
  readonly cause?: unknown;
}

type Facts = Pick<GraphErrorFacts, "code" | "category">;

/**
 * Every way a command refuses its work. Findings of `tenon check` are diagnostics, in `check/`. TENON1711 (Node is too
 * old) is said by `bin/tenon.js`, before anything of this can be loaded; TENON1712 (the process had to be ended) by
 * `end-in-time.ts`, when the command is over.
 */
const FACTS = {
  wrongUsage: { code: "TENON1700", category: "input" },
  noProject: { code: "TENON1701", category: "input" },
  unknownGraph: { code: "TENON1703", category: "input" },
  unreadableRequest: { code: "TENON1704", category: "input" },
  unknownCode: { code: "TENON1705", category: "input" },
  wrongName: { code: "TENON1706", category: "input" },
  alreadyThere: { code: "TENON1707", category: "input" },
  missingProgram: { code: "TENON1709", category: "resource" },
  hostSilent: { code: "TENON1710", category: "resource" },
  noDatabase: { code: "TENON1713", category: "resource" },
  nothingRan: { code: "TENON1714", category: "resource" },
  unknownName: { code: "TENON1715", category: "input" },
  notConfirmed: { code: "TENON1716", category: "input" },
  stillNeeded: { code: "TENON1717", category: "input" },
  notDrained: { code: "TENON1718", category: "resource" },
  wrongPlace: { code: "TENON1719", category: "input" },
  graphsNotLoaded: { code: "TENON1702", category: "definition" },
} as const satisfies Readonly<Record<string, Facts>>;

export function cliError(kind: keyof typeof FACTS, { message, ...said }: Said): GraphError {
  return new GraphError(message, { ...FACTS[kind], ...said });
}
