/**
 * The port between nodes and the ad index: what a request may read, in one snapshot.
 *
 * R1 One request asks one snapshot; the host takes it from `current()` once, at the start.
 * R2 Arguments and answers are values of the closed universe and small: the targeting *query* travels, never the set of matching
 *    ads. The snapshot remembers the sets of its latest queries, so that several calls of one request match once.
 * R3 Every answer names the index version it came from, and says with `partial` whether a time budget cut it short.
 * R4 Retrieval order is total: score descending, then ad id ascending. No answer depends on the order of indexing.
 */
import type { AdDocument, AdId, DropReason, TargetingAssignment } from "@tenon/ads-model";
import { type DictionaryColumn, type F32Column, type IdColumn, resource, type U8Column } from "@tenon/graph-core";
import type { ForwardColumnName, ForwardColumns } from "./forward/forward-columns.ts";

export * from "./forward/forward-columns.ts";
export { wordsOf } from "./keywords/words.ts";
export { INDEX_PLACES, INDEX_TABLE, readsOfIndex, readsOfRecords, recordPlace } from "./places.ts";

/** Most ads one search may ask for. */
export const SEARCH_ADS_MAX = 10_000;
/** Most distinct words of one keyword search: a query has at most 200 characters. */
export const SEARCH_WORDS_MAX = 100;
/** Most ids of one forward column read. */
export const FORWARD_COLUMN_IDS_MAX = 20_000;
/** Most ids of one forward record read: records are for winners, columns for candidates. */
export const FORWARD_RECORD_IDS_MAX = 200;

/** What a server has loaded. Equal versions of one index hold equal documents. */
export interface IndexVersion {
  /** Name of the full build. */
  readonly base: string;
  /** Grows with every batch of changes; 0 while the base is served as it was built. */
  readonly delta: number;
  /** `baseOnly`: changes are taken in, but requests see the base as it was built. */
  readonly serving: "live" | "baseOnly";
  /** Version of the list of blocked campaigns; 0 before the first one. */
  readonly eligibility: number;
  /** The vector space of the ads. A query vector of another version is refused. */
  readonly embeddingVersion: string;
  /** Ads held, eligible or not. */
  readonly documentCount: number;
}

/** One line that identifies the version, for traces and recordings. */
export function indexVersionText(version: IndexVersion): string {
  const delta = version.serving === "baseOnly" ? "baseOnly" : version.delta;
  return `${version.base}+${delta} eligibility ${version.eligibility} embedding ${version.embeddingVersion} ads ${version.documentCount}`;
}

/** Which ads a request may see. */
export interface AdFilter {
  /** Known attributes of the user and the request. */
  readonly targeting: TargetingAssignment;
  /** The instant at which schedules are judged, in milliseconds since the epoch: the request's clock. */
  readonly atMs: number;
}

/** Why a matching ad may not serve now, in the order in which the reasons are tried. */
export const INELIGIBLE_REASONS = [
  "paused",
  "out_of_schedule",
  "budget_exhausted",
  "inflight_budget",
  "paced_out",
  "creative_rejected",
  "policy_blocked",
] as const satisfies readonly DropReason[];
export type IneligibleReason = (typeof INELIGIBLE_REASONS)[number];

/** How the ads of the index passed a filter. Conservation: targeted = eligible + sum of dropped. */
export interface MatchEvidence {
  /** Ads whose targeting matches: the exact count. */
  readonly targeted: number;
  /** Of those, ads that may serve now. */
  readonly eligible: number;
  /** Of those, ads that may not, each counted under its first reason. */
  readonly dropped: Readonly<Record<IneligibleReason, number>>;
}

interface Answer {
  readonly version: IndexVersion;
  /** True when a time budget ended the work: the answer is sound, but better ads may be missing. */
  readonly partial: boolean;
}

export interface MatchAnswer extends Answer, MatchEvidence {}

export interface SearchQuery {
  readonly filter: AdFilter;
  /** Ads wanted, 0 to {@link SEARCH_ADS_MAX}. */
  readonly limit: number;
  /** Longest time the search may take, in milliseconds; unlimited when absent. */
  readonly timeBudgetMs?: number | undefined;
}

export interface VectorQuery extends SearchQuery {
  /** Finite, as wide as the ads' vectors. Scores are inner products: cosines when both sides have unit length. */
  readonly vector: F32Column;
  /** The space the vector belongs to. */
  readonly embeddingVersion: string;
  /** Also search exactly, and report in the decision's parameters as `shadowRecall` which share of that answer was found. */
  readonly shadow?: boolean | undefined;
}

export interface KeywordQuery extends SearchQuery {
  /** Words or text; normalised by {@link wordsOf}. An ad is found if it holds any of them, or of `must`. */
  readonly words: readonly string[];
  /** Words that every ad found holds; they score like the others. */
  readonly must?: readonly string[] | undefined;
  /** Words that no ad found holds. */
  readonly mustNot?: readonly string[] | undefined;
}

/** How a search was answered: evidence for traces and for comparing index bindings. */
export interface SearchDecision {
  /** The method the index chose, e.g. `exactScan`. */
  readonly method: string;
  /** Why it chose it, in a few words. */
  readonly reason: string;
  readonly match: MatchEvidence;
  /** Vectors scored, or postings read. */
  readonly rowsRead: number;
  /** Eligible ads the method cannot find, for example for want of a vector in the query's space. */
  readonly rowsUnsearchable: number;
  /** Parameters of the method, by name. */
  readonly parameters: Readonly<Record<string, number>>;
}

export interface SearchAnswer extends Answer {
  /** Best first (R4); as many as were wanted, or all there are. */
  readonly ids: IdColumn;
  /** Aligned with `ids`. */
  readonly scores: F32Column;
  readonly decision: SearchDecision;
}

export interface EligibilityQuery {
  readonly ids: IdColumn;
  readonly filter: AdFilter;
}

export interface EligibilityAnswer extends Answer {
  /** Per id `eligible` or the first drop reason that holds, in the order of the funnel. Aligned with the query's ids. */
  readonly outcome: DictionaryColumn;
}

export interface ForwardColumnQuery<Name extends ForwardColumnName> {
  readonly ids: IdColumn;
  readonly columns: readonly Name[];
}

export interface ForwardColumnAnswer<Name extends ForwardColumnName> extends Answer {
  /** Per id {@link ROW_FOUND} or {@link ROW_MISSING}. A missing row holds 0, or the empty word, in every column. */
  readonly status: U8Column;
  readonly missingCount: number;
  /** Aligned with the query's ids. */
  readonly columns: ForwardColumns<Name>;
}

export interface ForwardRecordAnswer extends Answer {
  /** In the order of the query's ids. */
  readonly found: readonly AdDocument[];
  /** Ids without a document, in the same order. */
  readonly missing: readonly AdId[];
}

/**
 * What a node may ask: methods only, because a recorder stands in for them. Every method answers for any filter, also for one that
 * matches nothing.
 *
 * Errors (category `input`): TENON1400 limit, TENON1401 vector, TENON1402 embedding version, TENON1403 too many words or ids,
 * TENON1404 unknown forward column.
 */
export interface AdIndexReads {
  /** Counts the ads that pass the filter, exactly. */
  matchTargeting(filter: AdFilter): MatchAnswer;
  /** The eligible ads nearest to a vector. A search that would take long leaves the event loop to others meanwhile. */
  searchVectors(query: VectorQuery): Promise<SearchAnswer>;
  /** The eligible ads whose texts and keywords answer the words best. */
  searchKeywords(query: KeywordQuery): SearchAnswer;
  /** Whether given ads may serve to this user now, and if not, why. */
  eligibilityOf(query: EligibilityQuery): EligibilityAnswer;
  /** Typed columns of given ads, for ranking. */
  forwardColumns<const Name extends ForwardColumnName>(query: ForwardColumnQuery<Name>): ForwardColumnAnswer<Name>;
  /** Whole documents of a few winners. Rejects with the signal's reason once it is aborted. */
  forwardRecords(ids: IdColumn, signal: AbortSignal): Promise<ForwardRecordAnswer>;
}

/** Read-only state of the index at one version. */
export interface AdIndexSnapshot extends AdIndexReads {
  readonly version: IndexVersion;
}

export interface AdIndex {
  /** The newest snapshot. It never changes; later changes are seen in later snapshots. */
  current(): AdIndexSnapshot;
}

/** Every read, by name: each call is recorded for replay. */
const READS: { readonly [Read in keyof AdIndexReads]: true } = {
  matchTargeting: true,
  searchVectors: true,
  searchKeywords: true,
  eligibilityOf: true,
  forwardColumns: true,
  forwardRecords: true,
};

/** The index as nodes use it: `uses: [AdIndexResource]`, then `uses.adIndex.searchVectors(…)`. */
export const AdIndexResource = resource<AdIndexReads>()("adIndex", {
  owner: "ads-retrieval",
  purpose: "ads by targeting, vector and keyword, and their columns and records, at one index version",
  methods: Object.keys(READS),
});
