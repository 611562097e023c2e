/** One version of an index: answers every query over all its segments. */
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
import { type Codebooks, type Dictionaries, dictionariesOf } from "../forward/forward-values.ts";
import type { RecordKey, RecordStore } from "../forward/records/record-store.ts";
import { scoreKeywords } from "../keywords/keyword-search.ts";
import type { ScoreBoard } from "../keywords/row-sums.ts";
import { TopCandidates } from "../vectors/top-candidates.ts";
import { recordKey } from "./base.ts";
import { ineligibleReason, type MatchSet, matchAds } from "./match.ts";
import { MatchCache } from "./match-cache.ts";
import { checkLimit, checkVectorQuery, searchWords } from "./query-checks.ts";
import type { SegmentView } from "./segment-view.ts";
import { countPresent, type RowQuery, type RowScan } from "./vector-rows.ts";

/** Words of {@link EligibilityAnswer}. */
const OUTCOMES = new Dictionary(["eligible", "not_indexed", "targeting_mismatch", ...INELIGIBLE_REASONS]);
const ELIGIBLE = OUTCOMES.codeOf("eligible");
const NOT_INDEXED = OUTCOMES.codeOf("not_indexed");
const TARGETING_MISMATCH = OUTCOMES.codeOf("targeting_mismatch");

export interface SnapshotState {
  readonly version: IndexVersion;
  /** Each live ad is live in exactly one of them. */
  readonly views: readonly SegmentView[];
  readonly codebooks: Codebooks;
  readonly dimensions: number;
  /** Documents of a loaded base. */
  readonly records: RecordStore | undefined;
}

/** What snapshots of one index share. */
export interface SearchTools {
  readonly board: ScoreBoard;
  /** A monotonic clock in milliseconds, for time budgets only. */
  readonly nowMs: () => number;
}

export class IndexSnapshot implements AdIndexSnapshot {
  readonly version: IndexVersion;
  readonly state: SnapshotState;
  private readonly tools: SearchTools;
  private readonly dictionaries: Dictionaries;
  private readonly matches = new MatchCache();

  constructor(state: SnapshotState, tools: SearchTools) {
    this.version = state.version;
    this.state = state;
    this.tools = tools;
    this.dictionaries = dictionariesOf(state.codebooks);
  }

  matchTargeting(filter: AdFilter): MatchAnswer {
    return { version: this.version, partial: false, ...this.match(filter).evidence };
  }

  async searchVectors(query: VectorQuery): Promise<SearchAnswer> {
    checkLimit(query.limit);
    checkVectorQuery(query, { embeddingVersion: this.version.embeddingVersion, dimensions: this.state.dimensions });
    const { segments, evidence } = this.match(query.filter);
    const top = new TopCandidates(query.limit);
    const time = this.timeLimit(query.timeBudgetMs);
    const vector = componentsOf(query.vector);
    let searchable = 0;
    const shadow = query.shadow === true;
    const scans: RowScan[] = [];
    // The base first: most changed ads then fall behind its threshold unseen.
    for (const { view, eligible } of segments) {
      const { vectors } = view.segment;
      const own = countPresent(eligible, vectors.present);
      searchable += own;
      scans.push(await vectors.search({ vector, limit: query.limit, eligible, searchable: own, time, shadow }, top));
      top.tighten();
    }
    const base = scans[0] as RowScan;
    return {
      version: this.version,
      partial: scans.some(({ partial }) => partial),
      ...top.take(),
      decision: {
        method: base.method,
        reason: base.reason,
        match: evidence,
        rowsRead: scans.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
        rowsUnsearchable: evidence.eligible - searchable,
        parameters: base.parameters,
      },
    };
  }

  searchKeywords(query: KeywordQuery): SearchAnswer {
    checkLimit(query.limit);
    const words = searchWords(query);
    const { segments, evidence } = this.match(query.filter);
    const top = new TopCandidates(query.limit);
    const time = this.timeLimit(query.timeBudgetMs);
    const stop = time === undefined ? undefined : () => time.nowMs() >= time.endMs;
    const scan = scoreKeywords(words, segments, { limit: query.limit, board: this.tools.board, top, stop });
    return {
      version: this.version,
      partial: scan.stopped,
      ...top.take(),
      decision: {
        method: "invertedIndex",
        reason: "the words decide which ads are looked at",
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
        const reason = ineligibleReason(match.view, row, filter.atMs);
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
      columns: readColumns(columns, places, this.dictionaries) as unknown as ForwardColumns<Name>,
    };
  }

  async forwardRecords(ids: IdColumn, signal: AbortSignal): Promise<ForwardRecordAnswer> {
    signal.throwIfAborted();
    if (ids.length > FORWARD_RECORD_IDS_MAX) throw tooMany("records", ids.length, FORWARD_RECORD_IDS_MAX);
    const { viewOf, rowOf } = locate(ids, this.state.views);
    const keys: RecordKey[] = [];
    const documents: (AdDocument | undefined)[] = [];
    for (let place = 0; place < ids.length; place++) {
      const row = rowOf[place] as number;
      const segment = this.state.views[viewOf[place] as number]?.segment;
      documents[place] = row < 0 ? undefined : segment?.documents?.[row];
      if (segment !== undefined && row >= 0 && segment.documents === undefined) keys.push(recordKey(segment, row));
    }
    const read = keys.length === 0 ? [] : ((await this.state.records?.get(keys, signal))?.found ?? []);
    const recorded = new Map(read.map((document) => [document.adId, document]));
    const found: AdDocument[] = [];
    const missing: AdId[] = [];
    for (const [place, known] of documents.entries()) {
      const adId = ids.at(place) as AdId;
      const document = known ?? recorded.get(adId);
      if (document === undefined) missing.push(adId);
      else found.push(document);
    }
    return { version: this.version, partial: false, found, missing };
  }

  private match(filter: AdFilter): MatchSet {
    return this.matches.get(filter, (missed) => matchAds(this.state.views, missed));
  }

  private timeLimit(budgetMs: number | undefined): RowQuery["time"] {
    if (budgetMs === undefined) return undefined;
    const { nowMs } = this.tools;
    return { nowMs, endMs: nowMs() + budgetMs };
  }
}

function componentsOf(vector: VectorQuery["vector"]): Float32Array {
  return Float32Array.from({ length: vector.length }, (_, axis) => vector.at(axis));
}
