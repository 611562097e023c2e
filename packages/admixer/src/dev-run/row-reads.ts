/** Reads that answer row by row, so that a changed run is answered from what was recorded. */
import type { ForwardRecordAnswer } from "@tenon/ad-index/api";
import type { AdDocument, AdId } from "@tenon/ads-model";
import type { ExtraRead, SlotValue } from "@tenon/dev-run";
import { type AskedRead, type CandidateBatch, type F64Column, IdColumn, type SlotKey } from "@tenon/graph-core";

/** Ads behind the winners whose records are kept too: with another bid or score one of them is shown instead. */
const NEXT_IN_LINE = 400;
/** The index gives so many records at once. */
const RECORDS_PER_READ = 200;
const NEVER = new AbortController().signal;

/** Records of the ads that were next in line, best first. */
export function nextInLine(values: ReadonlyMap<SlotKey, SlotValue>): readonly ExtraRead[] {
  const ads = values.get("trimmedAds")?.value as CandidateBatch | undefined;
  const score = values.get("auctionScore")?.value as { readonly ecpmMicros: F64Column } | undefined;
  const winners = values.get("auctionWinners")?.value as CandidateBatch | undefined;
  if (ads === undefined || score === undefined || winners === undefined) return [];
  const rows = Array.from({ length: ads.size }, (_, row) => row)
    .filter((row) => winners.rowOfId(ads.ids.at(row)) === -1)
    .sort((left, right) => score.ecpmMicros.at(right) - score.ecpmMicros.at(left) || left - right)
    .slice(0, NEXT_IN_LINE);
  return Array.from({ length: Math.ceil(rows.length / RECORDS_PER_READ) }, (_, part) => {
    const some = rows.slice(part * RECORDS_PER_READ, (part + 1) * RECORDS_PER_READ).map((row) => ads.ids.at(row));
    // By id: what many runs hold in one order, a corpus holds once.
    const ids = IdColumn.from(some.sort((left, right) => left - right));
    return { resource: "adIndex", method: "forwardRecords", args: [ids, NEVER] };
  });
}

/** Answers `forwardRecords` for any ads whose records are in the recording; for others not at all. */
export function composeRows({ resource, method, args }: AskedRead, recorded: readonly unknown[]): unknown {
  if (resource !== "adIndex" || method !== "forwardRecords") return undefined;
  const answers = recorded as readonly ForwardRecordAnswer[];
  const [first] = answers;
  if (first === undefined) return undefined;
  const documents = new Map<number, AdDocument>();
  const missing = new Set<number>();
  for (const answer of answers) {
    for (const document of answer.found) documents.set(document.adId, document);
    for (const id of answer.missing) missing.add(id);
  }
  const ids = Array.from({ length: (args[0] as IdColumn).length }, (_, row) => (args[0] as IdColumn).at(row));
  if (ids.some((id) => !documents.has(id) && !missing.has(id))) return undefined;
  const found = ids.flatMap((id) => documents.get(id) ?? []);
  return { ...first, found, missing: ids.filter((id) => missing.has(id)) as AdId[] } satisfies ForwardRecordAnswer;
}
