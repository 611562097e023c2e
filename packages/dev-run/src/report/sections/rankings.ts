/** Lists of ads in answers: how alike they are, who came and who went. */
import type { ComparedEntry } from "../../compare/compared.ts";
import { kendallTau, overlapAt, rankBiasedOverlap } from "../../statistics/rankings.ts";
import type { ExplainedEntry } from "../../versions/protocol.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";
import { answeredAds } from "./answered-ads.ts";

const CHANGES_MAX = 20;
/** Entries whose ads are explained. */
const EXPLAINED_MAX = 10;

export function adChanges(entries: readonly ComparedEntry[]): { readonly gained: number; readonly lost: number } {
  let [gained, lost] = [0, 0];
  for (const entry of entries) {
    const { entered, left } = changesOf(entry);
    gained += entered.length;
    lost += left.length;
  }
  return { gained, lost };
}

export async function rankings({ compared }: ReportInput): Promise<Report["rankings"]> {
  const lists = compared.entries.flatMap((entry) => {
    const [base, head] = [answeredAds(entry.base), answeredAds(entry.head)];
    if (base === undefined || head === undefined) return [];
    return [{ entry, base: base.map(({ adId }) => String(adId)), head: head.map(({ adId }) => String(adId)) }];
  });
  const changed = lists.filter(({ base, head }) => base.join(" ") !== head.join(" "));
  const taus = lists.flatMap(({ base, head }) => kendallTau(base, head) ?? []);
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const over = (measure: (base: readonly string[], head: readonly string[]) => number) =>
    lists.length === 0 ? 1 : mean(lists.map(({ base, head }) => measure(base, head)));
  const changes = await explained(
    compared,
    changed.slice(0, EXPLAINED_MAX).map(({ entry }) => entry),
  );
  const { gained, lost } = adChanges(changed.map(({ entry }) => entry));
  const shown = changes.slice(0, CHANGES_MAX);
  return {
    lists: lists.length,
    listsChanged: changed.length,
    overlapAt1: over((base, head) => overlapAt(base, head, 1)),
    overlapAt4: over((base, head) => overlapAt(base, head, 4)),
    kendallTau: taus.length === 0 ? null : mean(taus),
    rankBiasedOverlap: Math.min(
      1,
      over((base, head) => rankBiasedOverlap(base, head)),
    ),
    changes: shown,
    changesMore: gained + lost - shown.length,
  };
}

function changesOf({ base, head }: ComparedEntry): {
  readonly entered: readonly number[];
  readonly left: readonly number[];
} {
  const [before, now] = [answeredAds(base), answeredAds(head)];
  if (before === undefined || now === undefined) return { entered: [], left: [] };
  const [ofBase, ofHead] = [before, now].map((ads) => new Set(ads.map(({ adId }) => adId)));
  return {
    entered: [...(ofHead ?? [])].filter((id) => ofBase?.has(id) !== true),
    left: [...(ofBase ?? [])].filter((id) => ofHead?.has(id) !== true),
  };
}

/** What an ad that entered had met in the base, and what became of one that left in the head. */
async function explained(
  { baseVersion, headVersion }: ReportInput["compared"],
  entries: readonly ComparedEntry[],
): Promise<Report["rankings"]["changes"]> {
  if (entries.length === 0) return [];
  const asked = (side: "entered" | "left") => entries.map((entry) => ({ ...entry.place, ids: changesOf(entry)[side] }));
  const [entered, left] = await Promise.all([
    baseVersion.each<ExplainedEntry>({ kind: "explain", entries: asked("entered") }),
    headVersion.each<ExplainedEntry>({ kind: "explain", entries: asked("left") }),
  ]);
  return entries.flatMap(({ requestId, place }) => {
    const at = (all: readonly ExplainedEntry[]) =>
      all.find((each) => each.place.corpus === place.corpus && each.place.at === place.at)?.verdicts ?? [];
    return [
      ...at(entered).map(({ id, verdict }) => ({
        requestId,
        adId: id,
        change: "entered" as const,
        why: `before, ${verdict}`,
      })),
      ...at(left).map(({ id, verdict }) => ({ requestId, adId: id, change: "left" as const, why: `now, ${verdict}` })),
    ];
  });
}
