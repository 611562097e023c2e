/** Changes of the request path. Each says which node the report must name, and whose it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sealCalibratorSet, type UnsealedCalibratorSet } from "@tenon/model-serving";
import type { TrueChange } from "./change.ts";

const NODES = "packages/nodes";
const GRAPH = "graphs/serving/ad-request.graph.ts";
const POLICIES = "packages/admixer/src/resources/policies.ts";
const CALIBRATORS = "packages/admixer/models/click-calibrators.json";

export const SERVING_CHANGES: readonly TrueChange[] = [
  {
    name: "renamed field",
    node: "priceWinners",
    owner: "ads-auction",
    edits: [
      { file: `${NODES}/auction/slots.ts`, find: "priceSetterAdId: columnSchema", replace: "setterId: columnSchema" },
      {
        file: `${NODES}/auction/price-winners/price-winners.ts`,
        find: "priceSetterAdId: priceSetterAdId.seal()",
        replace: "setterId: priceSetterAdId.seal()",
      },
      {
        file: `${NODES}/feature-log/build-response/build-response.ts`,
        find: "chargedPrice.priceSetterAdId",
        replace: "chargedPrice.setterId",
      },
    ],
    cause: "schema of slot chargedPrice",
  },
  {
    name: "changed formula",
    node: "scoreBids",
    owner: "ads-auction",
    edits: [
      {
        file: `${NODES}/auction/score-bids/score-bids.ts`,
        find: "ecpmMicros.set(row, score.ecpmMicros)",
        replace: "ecpmMicros.set(row, Math.round(score.ecpmMicros * 1.05))",
      },
    ],
    cause: "score-bids.ts",
  },
  {
    name: "added node",
    node: "smoothClicks",
    owner: "ads-ranking",
    edits: [
      {
        file: `${NODES}/ranking/slots.ts`,
        find: "export const ClickProbability = slot(",
        replace:
          'export const SmoothClicks = slot("smoothClicks", columnSchema("f64", { of: TrimmedAds }), { owner: "ads-ranking" });\nexport const ClickProbability = slot(',
      },
      {
        file: `${NODES}/index.ts`,
        find: "export { calibrateClicks } from",
        replace:
          'export { smoothClicks } from "./ranking/smooth-clicks/smooth-clicks.ts";\nexport { calibrateClicks } from',
      },
      {
        file: GRAPH,
        find: "  calibrateClicks,\n  capByFrequency,",
        replace: "  calibrateClicks,\n  smoothClicks,\n  capByFrequency,",
      },
      { file: GRAPH, find: "    calibrateClicks,\n\n", replace: "    calibrateClicks,\n    smoothClicks,\n\n" },
      {
        file: `${NODES}/auction/score-bids/score-bids.contract.ts`,
        find: "import { ClickProbability, TrimmedAds }",
        replace: "import { SmoothClicks, TrimmedAds }",
      },
      {
        file: `${NODES}/auction/score-bids/score-bids.contract.ts`,
        find: "reads: [ClickProbability,",
        replace: "reads: [SmoothClicks,",
      },
      {
        file: `${NODES}/auction/score-bids/score-bids.ts`,
        find: "run: ({ trimmedAds, clickProbability,",
        replace: "run: ({ trimmedAds, smoothClicks: clickProbability,",
      },
    ],
    files: {
      [`${NODES}/ranking/smooth-clicks/smooth-clicks.ts`]: `import { F64Column, map } from "@tenon/graph-core";
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
    },
    cause: "added",
  },
  {
    name: "removed node",
    node: "buildInsertionEvents",
    owner: "ads-measurement",
    edits: [
      { file: GRAPH, find: "  buildInsertionEvents,\n  buildResponse,", replace: "  buildResponse," },
      { file: GRAPH, find: "    buildInsertionEvents,\n", replace: "" },
      { file: GRAPH, find: "FeatureLogRecord, InsertionEvents],", replace: "FeatureLogRecord]," },
      { file: GRAPH, find: "  InsertionEvents,\n", replace: "" },
    ],
    cause: "removed",
  },
  {
    name: "shifted threshold",
    node: "dropBelowFloor",
    owner: "ads-auction",
    edits: [
      {
        file: `${NODES}/auction/drop-below-floor/drop-below-floor.ts`,
        find: "const floorMicros = floorOf(adFloorMicros.at(row), surface);",
        replace: "const floorMicros = floorOf(adFloorMicros.at(row), surface) + 400_000;",
      },
    ],
  },
  {
    name: "slower node",
    node: "describeUser",
    owner: "ads-privacy",
    kind: "performance",
    edits: [
      {
        file: `${NODES}/feature-expansion/describe-user/describe-user.ts`,
        find: "  run: ({ userProfile }) => {\n",
        replace:
          "  run: ({ userProfile }) => {\n    for (let turn = 0, sum = 0; turn < 3_000_000; turn++) sum += Math.sqrt(turn);\n",
      },
    ],
    cause: "describe-user.ts",
  },
  {
    name: "non-deterministic node",
    node: "estimateUtility",
    owner: "ads-blending",
    edits: [
      {
        file: `${NODES}/blending/estimate-utility/estimate-utility.ts`,
        find: "weights.clickProbabilityWeight * clicks.at(row) +",
        replace: "weights.clickProbabilityWeight * clicks.at(row) + Math.random() * 1e-9 +",
      },
    ],
    cause: "two runs of the head",
  },
  {
    name: "dropped feature column",
    node: "assembleFeatures",
    owner: "ads-ranking",
    edits: [
      {
        file: `${NODES}/ranking/assemble-features/assemble-features.ts`,
        find: '      .setColumn("popularity", trimmedAds.column("popularity"))\n',
        replace: "",
      },
    ],
  },
  {
    name: "model version",
    node: "calibrateClicks",
    owner: "ads-ranking",
    edits: [],
    make: (root) => {
      const { fingerprint: _, version: __, ...unsealed } = JSON.parse(readFileSync(join(root, CALIBRATORS), "utf8"));
      const fallback = { ...unsealed.fallback, intercept: unsealed.fallback.intercept + 0.1 };
      const homeFeed = { ...unsealed.surfaces.homeFeed, intercept: unsealed.surfaces.homeFeed.intercept + 0.1 };
      const changed = { ...unsealed, fallback, surfaces: { ...unsealed.surfaces, homeFeed } } as UnsealedCalibratorSet;
      return { [CALIBRATORS]: JSON.stringify(sealCalibratorSet(changed)) };
    },
    cause: "calibrators:",
  },
  {
    name: "targeting bug",
    node: "buildTargetingQuery",
    owner: "ads-retrieval",
    edits: [
      {
        file: `${NODES}/retrieval/build-targeting-query/build-targeting-query.ts`,
        find: "          device: [device],\n",
        replace: "",
      },
    ],
  },
  {
    name: "tie-break order",
    node: "mergeCandidates",
    owner: "ads-retrieval",
    edits: [
      {
        file: `${NODES}/retrieval/merge-candidates/merge-candidates.ts`,
        find: "for (const id of found.sort())",
        replace: "for (const id of found.sort().reverse())",
      },
    ],
  },
  {
    name: "default value",
    node: "describeUser",
    owner: "ads-privacy",
    edits: [
      {
        file: `${NODES}/feature-expansion/describe-user/describe-user.ts`,
        find: "gender: null, interests: [], activity: null }",
        replace: "gender: null, interests: [], activity: { adImpressions30Days: 0, adClicks30Days: 0 } }",
      },
    ],
  },
  {
    name: "unit mix-up",
    node: "assembleFeatures",
    owner: "ads-ranking",
    edits: [
      {
        file: `${NODES}/ranking/assemble-features/assemble-features.ts`,
        find: 'trimmedAds.column("startAtMs"), clock.nowMs)',
        replace: 'trimmedAds.column("startAtMs"), clock.nowMs / 1_000)',
      },
    ],
  },
  {
    name: "cache key",
    node: "matchCategories",
    owner: "ads-ranking",
    edits: [
      {
        file: "packages/admixer/src/resources/query-embeddings.ts",
        find: "ofCategory.get(first.interest) : undefined",
        replace: "ofCategory.get([...ofCategory.keys()][first.interest.length] ?? first.interest) : undefined",
      },
    ],
    cause: "query-embeddings.ts",
  },
  {
    name: "null handling",
    node: "describeUser",
    owner: "ads-privacy",
    edits: [
      {
        file: `${NODES}/feature-expansion/describe-user/describe-user.ts`,
        find: "activity: { adImpressions30Days, adClicks30Days },",
        replace: "activity: adClicks30Days > 0 ? { adImpressions30Days, adClicks30Days } : null,",
      },
    ],
  },
  {
    name: "filter off by one",
    node: "capByFrequency",
    owner: "ads-delivery",
    edits: [
      {
        file: `${NODES}/delivery/cap-by-frequency/cap-by-frequency.ts`,
        find: "count >= impressionsMax",
        replace: "count >= impressionsMax - 1",
      },
    ],
  },
  {
    name: "rounding",
    node: "scoreBids",
    owner: "ads-auction",
    edits: [
      {
        file: `${NODES}/auction/shared/auction-score.ts`,
        find: "roundMicros(qualityWeightMicros * qualityScore)",
        replace: "micros(Math.ceil((qualityWeightMicros * qualityScore) / 1_000) * 1_000)",
      },
    ],
    cause: "auction-score.ts",
  },
  {
    name: "feature order",
    node: "expandContext",
    owner: "ads-serving",
    edits: [
      {
        file: `${NODES}/feature-expansion/expand-context/expand-context.ts`,
        find: "hourCosine: Math.cos(angle),",
        replace: "hourCosine: Math.sin(angle),",
      },
      {
        file: `${NODES}/feature-expansion/expand-context/expand-context.ts`,
        find: "hourSine: Math.sin(angle),",
        replace: "hourSine: Math.cos(angle),",
      },
    ],
  },
  {
    name: "policy config",
    node: "dedupeAdvertisers",
    owner: "ads-auction",
    edits: [{ file: POLICIES, find: "adsPerCategoryMax: 4,", replace: "adsPerCategoryMax: 1," }],
    cause: "version was not raised",
  },
];
