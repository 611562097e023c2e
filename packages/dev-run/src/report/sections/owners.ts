import type { Finding, Report } from "../report-schema.ts";

/** Who must look: teams whose nodes changed, and teams behind them. Those with findings of their own stand first. */
export function ownersOf(graphDiff: Report["graphDiff"], findings: readonly Finding[]): Report["owners"] {
  const open = findings.filter(({ severity }) => severity !== "expected");
  const names = new Set([
    ...open.map(({ owner }) => owner),
    ...graphDiff.nodes.map(({ owner }) => owner),
    ...open.flatMap(({ downstream }) => downstream.map(({ owner }) => owner)),
  ]);
  names.delete("");
  const all = [...names].map((owner) => {
    const own = open.filter((finding) => finding.owner === owner);
    const nodes = (isOwn: boolean) =>
      graphDiff.nodes
        .filter((each) => each.owner === owner && (each.change !== "upstream") === isOwn)
        .map(({ node }) => node);
    return {
      owner,
      changed: nodes(true),
      affected: [
        ...new Set([
          ...nodes(false),
          ...open.flatMap(({ downstream }) =>
            downstream.filter((each) => each.owner === owner).map(({ node }) => node),
          ),
        ]),
      ],
      findings: own.map(({ id }) => id),
      worst: own[0]?.title ?? "",
      approve: own[0]?.approve ?? "",
    };
  });
  return all.sort(
    (one, other) => other.findings.length - one.findings.length || other.changed.length - one.changed.length,
  );
}
