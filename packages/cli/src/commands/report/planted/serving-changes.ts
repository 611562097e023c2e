/** Changes of the request path. Each says which node the report must name, and whose it is. */
import { sealCalibratorSet, type UnsealedCalibratorSet } from "@tenon/model-serving";
import { add, inNode, replace, rewrite, type TrueChange } from "./change.ts";

const NODES = "packages/nodes";
const GRAPH = "graphs/serving/ad-request.graph.ts";
const RESOURCES = "packages/admixer/src/resources";

const ASSEMBLE_FEATURES = "ranking/assemble-features";
const DESCRIBE_USER = "feature-expansion/describe-user";
const EXPAND_CONTEXT = "feature-expansion/expand-context";
const SCORE_BIDS = "auction/score-bids";

export const SERVING_CHANGES: readonly TrueChange[] = [
  {
    name: "renamed field",
    node: "priceWinners",
    owner: "ads-auction",
    edits: [
      replace(`${NODES}/auction/slots.ts`, "priceSetterAdId: columnSchema", "setterId: columnSchema"),
      inNode("auction/price-winners", "priceSetterAdId: priceSetterAdId.seal()", "setterId: priceSetterAdId.seal()"),
      inNode("feature-log/build-response", "chargedPrice.priceSetterAdId", "chargedPrice.setterId"),
    ],
    cause: "schema of slot chargedPrice",
  },
  {
    name: "changed formula",
    node: "scoreBids",
    owner: "ads-auction",
    edits: [
      inNode(
        SCORE_BIDS,
        "ecpmMicros.set(row, score.ecpmMicros)",
        "ecpmMicros.set(row, Math.round(score.ecpmMicros * 1.05))",
      ),
    ],
    cause: "score-bids.ts",
  },
  {
    name: "added node",
    node: "smoothClicks",
    owner: "ads-ranking",
    edits: [
      add(
        `${NODES}/ranking/smooth-clicks/smooth-clicks.ts`,
        `import { F64Column, map } from "@tenon/graph-core";
import { ClickProbability, SmoothClicks, TrimmedAds } from "../slots.ts";

export const smoothClicks = map({
  owner: "ads-ranking",
  purpose: "draws probabilities a little towards each other",
  of: TrimmedAds,
  reads: [ClickProbability],
  writes: [SmoothClicks],
  run: ({ clickProbability }) => ({
    smoothClicks: F64Column.fill(clickProbability.length, (row) => clickProbability.at(row) * 0.9 + 0.001),
  }),
});
`,
      ),
      replace(
        `${NODES}/ranking/slots.ts`,
        "export const ClickProbability = slot(",
        'export const SmoothClicks = slot("smoothClicks", columnSchema("f64", { of: TrimmedAds }), { owner: "ads-ranking" });\nexport const ClickProbability = slot(',
      ),
      replace(
        `${NODES}/index.ts`,
        "export { calibrateClicks } from",
        'export { smoothClicks } from "./ranking/smooth-clicks/smooth-clicks.ts";\nexport { calibrateClicks } from',
      ),
      replace(GRAPH, "  calibrateClicks,\n  capByFrequency,", "  calibrateClicks,\n  smoothClicks,\n  capByFrequency,"),
      replace(GRAPH, "    calibrateClicks,\n\n", "    calibrateClicks,\n    smoothClicks,\n\n"),
      replace(
        `${NODES}/${SCORE_BIDS}/score-bids.contract.ts`,
        "import { ClickProbability, TrimmedAds }",
        "import { SmoothClicks, TrimmedAds }",
      ),
      replace(`${NODES}/${SCORE_BIDS}/score-bids.contract.ts`, "reads: [ClickProbability,", "reads: [SmoothClicks,"),
      inNode(
        SCORE_BIDS,
        "run: ({ trimmedAds, clickProbability,",
        "run: ({ trimmedAds, smoothClicks: clickProbability,",
      ),
    ],
    cause: "added",
  },
  {
    name: "removed node",
    node: "buildInsertionEvents",
    owner: "ads-measurement",
    edits: [
      replace(GRAPH, "  buildInsertionEvents,\n  buildResponse,", "  buildResponse,"),
      replace(GRAPH, "    buildInsertionEvents,\n", ""),
      replace(GRAPH, "FeatureLogRecord, InsertionEvents],", "FeatureLogRecord],"),
      replace(GRAPH, "  InsertionEvents,\n", ""),
    ],
    cause: "removed",
  },
  {
    name: "shifted threshold",
    node: "dropBelowFloor",
    owner: "ads-auction",
    edits: [
      inNode(
        "auction/drop-below-floor",
        "const floorMicros = floorOf(adFloorMicros.at(row), surface);",
        "const floorMicros = floorOf(adFloorMicros.at(row), surface) + 400_000;",
      ),
    ],
  },
  {
    name: "slower node",
    node: "describeUser",
    owner: "ads-privacy",
    kind: "performance",
    edits: [
      inNode(
        DESCRIBE_USER,
        "  run: ({ userProfile }) => {\n",
        "  run: ({ userProfile }) => {\n    for (let turn = 0, sum = 0; turn < 3_000_000; turn++) sum += Math.sqrt(turn);\n",
      ),
    ],
    cause: "describe-user.ts",
  },
  {
    name: "non-deterministic node",
    node: "estimateUtility",
    owner: "ads-blending",
    edits: [
      inNode(
        "blending/estimate-utility",
        "weights.clickProbabilityWeight * clicks.at(row) +",
        "weights.clickProbabilityWeight * clicks.at(row) + Math.random() * 1e-9 +",
      ),
    ],
    cause: "two runs of the head",
  },
  {
    name: "dropped feature column",
    node: "assembleFeatures",
    owner: "ads-ranking",
    edits: [inNode(ASSEMBLE_FEATURES, '      .setColumn("popularity", trimmedAds.column("popularity"))\n', "")],
  },
  {
    name: "model version",
    node: "calibrateClicks",
    owner: "ads-ranking",
    edits: [rewrite("packages/admixer/models/click-calibrators.json", withHigherIntercepts)],
    cause: "calibrators:",
  },
  {
    name: "targeting bug",
    node: "buildTargetingQuery",
    owner: "ads-retrieval",
    edits: [inNode("retrieval/build-targeting-query", "          device: [device],\n", "")],
  },
  {
    name: "tie-break order",
    node: "mergeCandidates",
    owner: "ads-retrieval",
    edits: [
      inNode(
        "retrieval/merge-candidates",
        "for (const id of found.sort())",
        "for (const id of found.sort().reverse())",
      ),
    ],
  },
  {
    name: "default value",
    node: "describeUser",
    owner: "ads-privacy",
    edits: [
      inNode(
        DESCRIBE_USER,
        "gender: null, interests: [], activity: null }",
        "gender: null, interests: [], activity: { adImpressions30Days: 0, adClicks30Days: 0 } }",
      ),
    ],
  },
  {
    name: "unit mix-up",
    node: "assembleFeatures",
    owner: "ads-ranking",
    edits: [
      inNode(
        ASSEMBLE_FEATURES,
        'trimmedAds.column("startAtMs"), clock.nowMs)',
        'trimmedAds.column("startAtMs"), clock.nowMs / 1_000)',
      ),
    ],
  },
  {
    name: "cache key",
    node: "matchCategories",
    owner: "ads-ranking",
    edits: [
      replace(
        `${RESOURCES}/query-embeddings.ts`,
        "ofCategory(first.interest) : undefined",
        "ofCategory([...rowOfCategory.keys()][first.interest.length] ?? first.interest) : undefined",
      ),
    ],
    cause: "query-embeddings.ts",
  },
  {
    name: "null handling",
    node: "describeUser",
    owner: "ads-privacy",
    edits: [
      inNode(
        DESCRIBE_USER,
        "activity: { adImpressions30Days, adClicks30Days },",
        "activity: adClicks30Days > 0 ? { adImpressions30Days, adClicks30Days } : null,",
      ),
    ],
  },
  {
    name: "filter off by one",
    node: "capByFrequency",
    owner: "ads-delivery",
    edits: [inNode("delivery/cap-by-frequency", "count >= impressionsMax", "count >= impressionsMax - 1")],
  },
  {
    name: "rounding",
    node: "scoreBids",
    owner: "ads-auction",
    edits: [
      replace(
        `${NODES}/auction/shared/auction-score.ts`,
        "roundMicros(qualityWeightMicros * qualityScore)",
        "micros(Math.ceil((qualityWeightMicros * qualityScore) / 1_000) * 1_000)",
      ),
    ],
    cause: "auction-score.ts",
  },
  {
    name: "feature order",
    node: "expandContext",
    owner: "ads-serving",
    edits: [
      inNode(EXPAND_CONTEXT, "hourCosine: Math.cos(angle),", "hourCosine: Math.sin(angle),"),
      inNode(EXPAND_CONTEXT, "hourSine: Math.sin(angle),", "hourSine: Math.cos(angle),"),
    ],
  },
  {
    name: "policy config",
    node: "dedupeAdvertisers",
    owner: "ads-auction",
    edits: [replace(`${RESOURCES}/policies.ts`, "adsPerCategoryMax: 4,", "adsPerCategoryMax: 1,")],
    cause: "version was not raised",
  },
];

/** A model of the same shape, sealed as one that was trained. */
function withHigherIntercepts(text: string): string {
  const { fingerprint: _, version: __, ...unsealed } = JSON.parse(text);
  const { fallback, surfaces } = unsealed;
  const higher = <Calibrator extends { readonly intercept: number }>(each: Calibrator) => ({
    ...each,
    intercept: each.intercept + 0.1,
  });
  const changed = {
    ...unsealed,
    fallback: higher(fallback),
    surfaces: { ...surfaces, homeFeed: higher(surfaces.homeFeed) },
  };
  return JSON.stringify(sealCalibratorSet(changed as UnsealedCalibratorSet));
}
