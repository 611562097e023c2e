/** What happened to a document, in the order in which it happened, as far as the stores still know. */
import type { DocumentFacts } from "./document-facts.ts";

export interface Event {
  /** Null: it is known to have happened, and not when. */
  readonly atMs: number | null;
  readonly what: string;
  readonly owner: string;
}

/** Oldest first; what has no time comes last, in the order of the way. */
export function timelineOf(facts: DocumentFacts): readonly Event[] {
  const events: Event[] = [
    ...facts.sources.flatMap((source) => {
      const { inSource, inRepo, owner, entity, group, key } = source;
      const committed =
        inSource === undefined || inSource.gone
          ? []
          : [
              {
                atMs: inSource.updatedAtMs,
                what: `${source.source} ${key} committed at version ${inSource.version}`,
                owner: "ads-data",
              },
            ];
      const written =
        inRepo.version === 0
          ? []
          : [
              {
                atMs: inRepo.writtenAtMs ?? inRepo.sourceAtMs,
                what: `updater wrote ${entity} ${key} group ${group} at version ${inRepo.version}`,
                owner,
              },
            ];
      return [...committed, ...written];
    }),
    ...facts.groups
      .filter(({ version }) => version > 0)
      .map(({ group, handler, version, sourceAtMs, writtenAtMs, owner }) => ({
        atMs: writtenAtMs ?? sourceAtMs,
        what: `handler ${handler ?? "unknown"} made group ${group} at version ${version}, of sources until then`,
        owner,
      })),
  ];
  const { servable, delta, hosts } = facts;
  if (servable !== undefined) {
    const state = servable.isServable
      ? `version ${servable.version}`
      : `not servable: ${servable.missing.join(", ") || "the ad is gone"}`;
    events.push({
      atMs: servable.writtenAtMs ?? servable.sourceAtMs,
      what: `handler servable put the document together, ${state}`,
      owner: "ads-data",
    });
  }
  if (delta !== undefined)
    events.push({
      atMs: delta.publishedAtMs,
      what: `published at offset ${delta.offset}: ${delta.kind} of version ${delta.version}`,
      owner: "ads-streams",
    });
  for (const { url, version, appliedAtMs, problem } of hosts) {
    const state =
      version === undefined
        ? `does not answer: ${problem ?? "no reason"}`
        : version === null
          ? "does not hold it"
          : `serves version ${version}`;
    events.push({ atMs: appliedAtMs, what: `host ${url} ${state}`, owner: "ads-serving" });
  }
  // A stable sort: steps of one moment stay in the order of the way. A row that the change feed has forgotten has the time of its source alone.
  return events.toSorted(
    (one, other) => (one.atMs ?? Number.POSITIVE_INFINITY) - (other.atMs ?? Number.POSITIVE_INFINITY) || 0,
  );
}
