import { GraphError } from "@tenon/graph-core";

/** What this host refuses or fails with, beside what the graph says. Each has a page in docs/errors. */
export const HostCode = {
  wrongSetting: "TENON1600",
  openWithoutToken: "TENON1601",
  cannotKeepData: "TENON1604",
  startTooLong: "TENON1605",
  wrongBody: "TENON1610",
  bodyTooLarge: "TENON1611",
  noSuchRoute: "TENON1612",
  overloaded: "TENON1613",
  logBehind: "TENON1614",
  notReady: "TENON1615",
  notAllowed: "TENON1616",
  noTrace: "TENON1617",
  unexpected: "TENON1619",
  damagedSegment: "TENON1620",
  foreignSegment: "TENON1621",
  unreadableRecord: "TENON1622",
  foreignVector: "TENON1623",
  historyGone: "TENON1624",
  noFeed: "TENON1625",
  baseRefused: "TENON1626",
} as const;

type HostErrorName = keyof typeof HostCode;

const CATEGORIES: Partial<Record<HostErrorName, GraphError["category"]>> = {
  cannotKeepData: "resource",
  startTooLong: "resource",
  overloaded: "resource",
  logBehind: "resource",
  notReady: "resource",
  unexpected: "invariant",
  damagedSegment: "resource",
  historyGone: "resource",
  baseRefused: "resource",
};

interface HostErrorFacts {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint: string;
  readonly cause?: unknown;
}

export function hostError(name: HostErrorName, { message, ...facts }: HostErrorFacts): GraphError {
  return new GraphError(message, { code: HostCode[name], category: CATEGORIES[name] ?? "input", ...facts });
}
