/**
 * A base as facts and named sections: what is written to a file, or sent from the thread that built it.
 *
 * F5 Reading one makes nothing per ad but the tables of ids and campaigns: sections are viewed where they are.
 */
import type { AdDocument } from "@tenon/ads-model";
import { baseOfAnotherIndex } from "../errors.ts";
import type { Sections } from "../files/index.ts";
import { SectionReader } from "../files/section-reader.ts";
import { prefixed } from "../files/sections.ts";
import { forwardFromSections, forwardToSections } from "../forward/forward-sections.ts";
import { type Codebooks, newCodebooks } from "../forward/forward-values.ts";
import type { DocumentDelete, EmbeddingMatrix, IndexBase } from "../host.ts";
import { KeywordIndex } from "../keywords/keyword-index.ts";
import { ScheduleIndex } from "../targeting/schedule-index.ts";
import { StateRows } from "../targeting/state-rows.ts";
import { TargetingIndex } from "../targeting/targeting-index.ts";
import { type Calibration, measureCosts, type VectorFacts, VectorSegment } from "../vectors/index.ts";
import { SegmentBase } from "./base.ts";
import { LIST_OPTIONS } from "./in-lists.ts";
import { ListRows, type SearchOptions } from "./list-rows.ts";
import { BaseSegment } from "./segment.ts";

const ROW_FACTS = ["ids", "versions", "campaigns", "embeddingRows"] as const;

export interface BaseFacts {
  readonly name: string;
  readonly watermark: number;
  readonly embedding: Pick<EmbeddingMatrix, "version" | "dimensions">;
  readonly deletions: readonly DocumentDelete[];
  readonly vectors: VectorFacts;
  readonly calibration: Calibration;
}

export interface StoredBase {
  readonly facts: BaseFacts;
  readonly sections: Sections;
}

/** Views, not copies. Throws TENON1448 for a base that was not built with `vectors: "lists"`. */
export function storedBase(base: IndexBase): StoredBase {
  if (!(base instanceof SegmentBase) || !(base.segment.vectors instanceof ListRows))
    throw baseOfAnotherIndex(base.name);
  const { segment, codebooks, embeddings, name, watermark, deletions } = base;
  const { version, dimensions } = embeddings;
  const vectors = base.segment.vectors.segment.toSections();
  const { calibration } = base.segment.vectors;
  return {
    facts: { name, watermark, embedding: { version, dimensions }, deletions, vectors: vectors.facts, calibration },
    sections: {
      ...prefixed("rows", Object.fromEntries(ROW_FACTS.map((fact) => [fact, segment[fact]]))),
      ...segment.targeting.toSections(),
      ...segment.schedules.toSections(),
      ...segment.states.toSections(),
      ...segment.keywords.toSections(),
      ...forwardToSections(segment.forward, codebooks),
      ...vectors.sections,
    },
  };
}

export interface ReadOptions {
  /** What the base must be of; its own when absent. */
  readonly embeddingVersion?: string;
  /** Costs are measured, for about 0.2 s, unless they are given. */
  readonly search: SearchOptions;
  /** The document of each ad, where they are kept on the heap. */
  readonly documentOf?: (adId: number) => AdDocument | undefined;
}

/** What {@link storedBase} gave. Yields between the parts, so that other work may be done. Errors as of `openBase`. */
export function* readStored(
  { facts, sections }: StoredBase,
  { embeddingVersion, search, documentOf }: ReadOptions,
): Generator<
  void,
  { readonly segment: BaseSegment; readonly codebooks: Codebooks; readonly costs: SearchOptions["costs"] }
> {
  const codebooks = newCodebooks();
  const lists = VectorSegment.fromSections(
    { facts: facts.vectors, sections },
    { embeddingVersion: embeddingVersion ?? facts.embedding.version },
    LIST_OPTIONS,
  );
  const rows = lists.shape.size;
  yield;
  const costs = "costs" in search ? search.costs : measureCosts(lists);
  const vectors = new ListRows(lists, { ...search, costs, calibration: facts.calibration });
  yield;
  const targeting = TargetingIndex.fromSections(sections, rows);
  const schedules = ScheduleIndex.fromSections(sections, rows);
  const states = StateRows.fromSections(sections, rows);
  yield;
  const keywords = KeywordIndex.fromSections(sections, rows);
  yield;
  const forward = forwardFromSections(sections, codebooks);
  const rowFacts = rowFactsOf(sections);
  const documents = documentOf && Array.from(rowFacts.ids, documentOf);
  yield;
  const parts = { ...rowFacts, targeting, schedules, states, vectors, keywords, forward, documents };
  return { segment: new BaseSegment(parts), codebooks, costs };
}

function rowFactsOf(sections: Sections) {
  const reader = new SectionReader(sections, "rows");
  const [ids, versions, campaigns, embeddingRows] = ROW_FACTS.map((fact) => reader.float64(fact));
  return { ids, versions, campaigns, embeddingRows } as Record<(typeof ROW_FACTS)[number], Float64Array>;
}
