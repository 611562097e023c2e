/** From what is known of the user and the request to candidates with their columns. */
import { TARGETING_VALUE_SCHEMAS, TimestampMsSchema } from "@tenon/ads-model";
import { candidateBatchSchema, columnSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { MERGED_COLUMN_TYPES, retrievedAdsSchema } from "./ad-columns.ts";

const values = TARGETING_VALUE_SCHEMAS;

/** Personal: the attributes of one user. A missing attribute is unknown. */
export const TargetingQuery = slot(
  "targetingQuery",
  z.strictObject({
    targeting: z.strictObject({
      country: z.array(values.country).optional(),
      region: z.array(values.region).optional(),
      ageBracket: z.array(values.ageBracket).optional(),
      device: z.array(values.device).optional(),
      gender: z.array(values.gender).optional(),
      interest: z.array(values.interest).optional(),
      keyword: z.array(values.keyword).optional(),
      surface: z.array(values.surface).optional(),
      hourOfDay: z.array(values.hourOfDay).optional(),
      language: z.array(values.language).optional(),
    }),
    /** When schedules are judged, ms since the epoch: the request's clock. */
    atMs: TimestampMsSchema,
  }),
  { owner: "ads-retrieval", purposeOf: "what ads are matched against", pii: true },
);

const found = candidateBatchSchema({ score: "f32" });

export const VectorCandidates = slot("vectorCandidates", found, {
  owner: "ads-retrieval",
  purposeOf: "ads near the query, or near the user's interests; best first",
});
export const KeywordCandidates = slot("keywordCandidates", found, {
  owner: "ads-retrieval",
  purposeOf: "ads whose words answer the query; best first",
});
export const ExplorationCandidates = slot("explorationCandidates", found, {
  owner: "ads-retrieval",
  purposeOf: "matching ads in a random direction, so that ads without history are seen",
});

const count = z.int().min(0);
const evidence = z.strictObject({
  /** The index version that answered, in one line. */
  indexVersion: z.string(),
  /** True when a time budget cut the search short. */
  partial: z.boolean(),
  /** How the index searched, e.g. `exactScan`. */
  method: z.string(),
  /** Why it searched so. */
  reason: z.string(),
  /** targeted = eligible + sum of dropped. */
  targeted: count,
  eligible: count,
  dropped: z.record(z.string(), count),
  rowsRead: count,
  rowsUnsearchable: count,
  parameters: z.record(z.string(), z.number()),
});
const evidenceOptions = {
  owner: "ads-retrieval",
  unit: "ads",
  keptFor: "traces, and comparing index bindings",
} as const;

export const VectorEvidence = slot("vectorEvidence", evidence, {
  ...evidenceOptions,
  purposeOf: "how the vector search was answered",
});
export const KeywordEvidence = slot("keywordEvidence", evidence, {
  ...evidenceOptions,
  purposeOf: "how the keyword search was answered",
});
export const ExplorationEvidence = slot("explorationEvidence", evidence, {
  ...evidenceOptions,
  purposeOf: "how the exploration search was answered",
});

export const MergedCandidates = slot("mergedCandidates", candidateBatchSchema(MERGED_COLUMN_TYPES), {
  owner: "ads-retrieval",
  purposeOf: "every ad that a source found, once, by ascending id",
});

export const EligibilityOutcome = slot("eligibilityOutcome", columnSchema("dictionary", { of: MergedCandidates }), {
  owner: "ads-delivery",
  purposeOf: "the index's own verdict on every candidate, whichever source brought it",
});

/** Where the conservation law begins: each of these is shown, or leaves by exactly one drop. */
export const RetrievedAds = slot("retrievedAds", retrievedAdsSchema, {
  owner: "ads-retrieval",
  purposeOf: "candidates with the columns that filters, ranking and auction read",
});

export const IndexVersion = slot(
  "indexVersion",
  z.strictObject({ text: z.string().min(1), embeddingVersion: z.string() }),
  { owner: "ads-retrieval", purposeOf: "the version of the ad index that served this request" },
);
