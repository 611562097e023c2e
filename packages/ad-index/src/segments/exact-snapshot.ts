/** One version of the exact index: answers every query by looking at everything that passes the filter. */
import type { AdDocument, AdId } from "@tenon/ads-model";
import { Dictionary, DictionaryColumn, type IdColumn } from "@tenon/graph-core";
import {
  type AdFilter,
  type AdIndexSnapshot,
  type EligibilityAnswer,
  type EligibilityQuery,
  FORWARD_COLUMN_IDS_MAX,
  FORWARD_RECORD_IDS_MAX,
  type ForwardColumnAnswer,
  type ForwardColumnName,
  type ForwardColumnQuery,
  type ForwardColumns,
  type ForwardRecordAnswer,
  INELIGIBLE_REASONS,
  type IndexVersion,
  type KeywordQuery,
  type MatchAnswer,
  type SearchAnswer,
  type VectorQuery,
} from "../api.ts";
import { hasBit } from "../bits/bitset.ts";
import { tooMany } from "../errors.ts";
import { locate, readColumns, readStatus } from "../forward/forward-read.ts";
import type { Dictionaries } from "../forward/forward-table.ts";
import { scoreKeywords } from "../keywords/keyword-search.ts";
import type { ScoreBoard } from "../keywords/row-sums.ts";
import { TopCandidates } from "../vectors/top-candidates.ts";
import { paddedQuery, type Stop } from "../vectors/vector-table.ts";
import { ineligibleReason, type MatchSet, matchAds } from "./match.ts";
import { MatchCache } from "./match-cache.ts";
import { checkLimit, checkVectorQuery, searchWords } from "./query-checks.ts";
import type { BlockReasons, SegmentView } from "./segment-view.ts";

/** Words of {@link EligibilityAnswer}. */
const OUTCOMES = new Dictionary(["eligible", "not_indexed", "targeting_mismatch", ...INELIGIBLE_REASONS]);
const ELIGIBLE = OUTCOMES.codeOf("eligible");
const NOT_INDEXED = OUTCOMES.codeOf("not_indexed");
const TARGETING_MISMATCH = OUTCOMES.codeOf("targeting_mismatch");

export interface SnapshotState {
  readonly version: IndexVersion;
  /** Each live ad is live in exactly one of them. */
  readonly views: readonly SegmentView[];
  readonly blocks: BlockReasons;
  readonly dictionaries: Dictionaries;
  readonly dimensions: number;
}

/** What snapshots of one index share. */
export interface SearchTools {
  readonly board: ScoreBoard;
  /** A monotonic clock in milliseconds, for time budgets only. */
  readonly nowMs: () => number;
}

export class ExactSnapshot implements AdIndexSnapshot {
  readonly version: IndexVersion;
  readonly state: SnapshotState;
  private readonly tools: SearchTools;
  private readonly matches = new MatchCache();

  constructor(state: SnapshotState, tools: SearchTools) {
    this.version = state.version;
    this.state = state;
    this.tools = tools;
  }

  matchTargeting(filter: AdFilter): MatchAnswer {
    return { version: this.version, partial: false, ...this.match(filter).evidence };
  }

  searchVectors(query: VectorQuery): SearchAnswer {
    checkLimit(query.limit);
    checkVectorQuery(query, { embeddingVersion: this.version.embeddingVersion, dimensions: this.state.dimensions });
    const { segments, evidence } = this.match(query.filter);
    const components = paddedQuery(query.vector);
    const top = new TopCandidates(query.limit);
    const stop = this.stopAfter(query.timeBudgetMs);
    let rowsRead = 0;
    let searchable = 0;
    for (const { view, eligible } of segments) {
      const { ids, vectors } = view.segment;
      searchable += vectors.countPresent(eligible);
      if (!stop?.()) rowsRead += vectors.scan(eligible, components, ids, top, stop);
    }
    return {
      version: this.version,
      partial: rowsRead < searchable,
      ...top.take(),
      decision: {
        method: "exactScan",
        match: evidence,
        rowsRead,
        rowsUnsearchable: evidence.eligible - searchable,
        parameters: {},
      },
    };
  }

  searchKeywords(query: KeywordQuery): SearchAnswer {
    checkLimit(query.limit);
    const words = searchWords(query);
    const { segments, evidence } = this.match(query.filter);
    const top = new TopCandidates(query.limit);
    const stop = this.stopAfter(query.timeBudgetMs);
    const scan = scoreKeywords(words, segments, { limit: query.limit, board: this.tools.board, top, stop });
    return {
      version: this.version,
      partial: scan.stopped,
      ...top.take(),
      decision: {
        method: "invertedIndex",
        match: evidence,
        rowsRead: scan.postingsRead,
        rowsUnsearchable: 0,
        parameters: { words: words.scored.length },
      },
    };
  }

  eligibilityOf({ ids, filter }: EligibilityQuery): EligibilityAnswer {
    if (ids.length > FORWARD_COLUMN_IDS_MAX) throw tooMany("ids", ids.length, FORWARD_COLUMN_IDS_MAX);
    const { segments } = this.match(filter);
    const { viewOf, rowOf } = locate(ids, this.state.views);
    const codes = new Int32Array(ids.length);
    for (let place = 0; place < codes.length; place++) {
      const row = rowOf[place] as number;
      const match = segments[viewOf[place] as number];
      if (row < 0 || match === undefined) codes[place] = NOT_INDEXED;
      // What a search found passed the same rule: most ads are settled without reading their documents.
      else if (hasBit(match.eligible, row)) codes[place] = ELIGIBLE;
      else {
        const document = match.view.segment.documents[row] as AdDocument;
        const reason = ineligibleReason(document, filter.atMs, this.state.blocks);
        codes[place] = reason === undefined ? TARGETING_MISMATCH : OUTCOMES.codeOf(reason);
      }
    }
    return { version: this.version, partial: false, outcome: DictionaryColumn.fromCodes(OUTCOMES, codes) };
  }

  forwardColumns<const Name extends ForwardColumnName>({
    ids,
    columns,
  }: ForwardColumnQuery<Name>): ForwardColumnAnswer<Name> {
    if (ids.length > FORWARD_COLUMN_IDS_MAX) throw tooMany("ids", ids.length, FORWARD_COLUMN_IDS_MAX);
    const places = locate(ids, this.state.views);
    return {
      version: this.version,
      partial: false,
      status: readStatus(places),
      missingCount: places.missingCount,
      columns: readColumns(columns, places, this.state.dictionaries) as unknown as ForwardColumns<Name>,
    };
  }

  async forwardRecords(ids: IdColumn, signal: AbortSignal): Promise<ForwardRecordAnswer> {
    signal.throwIfAborted();
    if (ids.length > FORWARD_RECORD_IDS_MAX) throw tooMany("records", ids.length, FORWARD_RECORD_IDS_MAX);
    const { viewOf, rowOf } = locate(ids, this.state.views);
    const found: AdDocument[] = [];
    const missing: AdId[] = [];
    for (let place = 0; place < ids.length; place++) {
      const document = this.state.views[viewOf[place] as number]?.segment.documents[rowOf[place] as number];
      if (document === undefined) missing.push(ids.at(place) as AdId);
      else found.push(document);
    }
    return { version: this.version, partial: false, found, missing };
  }

  private match(filter: AdFilter): MatchSet {
    return this.matches.get(filter, (missed) => matchAds(this.state.views, missed));
  }

  private stopAfter(budgetMs: number | undefined): Stop | undefined {
    if (budgetMs === undefined) return undefined;
    const { nowMs } = this.tools;
    const endMs = nowMs() + budgetMs;
    return () => nowMs() >= endMs;
  }
}
