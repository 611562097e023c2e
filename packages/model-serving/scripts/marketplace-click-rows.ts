/**
 * Impressions of the simulated marketplace: half of the ads shown fit the user's interests, half are drawn at random.
 * Clicks follow the marketplace's stated truth, so the figures of a model trained here are synthetic.
 *
 * The features are the raw facts the truth is made of, not its terms: a model has to find the logarithms, the ratio and
 * the interactions itself.
 */
import { type AdRequest, DEVICES, impressionCount, SURFACES, type UserProfile } from "@tenon/ads-model";
import { Dictionary, defineFeatureSchema, type FeatureDeclaration } from "@tenon/graph-core";
import {
  type ClickContext,
  clickContexts,
  clickTruth,
  generateMarketplace,
  generateRequests,
  generateUsers,
  loadCatalogue,
  type Marketplace,
  randomStream,
  simulateClicks,
} from "@tenon/marketplace";
import type { ClickRows } from "./click-rows.ts";

const ADS_PER_REQUEST = 10;
/** Ads looked at to find the fitting half. */
const ADS_CONSIDERED = 40;
/** How often an ad was seen before: exp of a half-normal with this deviation, less one; median 1, one in twenty above 9. */
const SEEN_LOG_DEVIATION = 1.2;
const surfaceWords = new Dictionary([...SURFACES]);
const deviceWords = new Dictionary([...DEVICES]);

type Context = ClickContext & { readonly knownUser: boolean };
interface RawFeature {
  readonly name: string;
  readonly unit: string;
  readonly dictionary?: Dictionary;
  readonly of: (context: Context) => number | undefined;
}

const FEATURES: readonly RawFeature[] = [
  { name: "interestCosine", unit: "cosine", of: (context) => (context.knownUser ? context.interestCosine : undefined) },
  {
    name: "queryCosine",
    unit: "cosine",
    of: (context) => (context.surface === "search" ? context.queryCosine : undefined),
  },
  {
    name: "categoryAffinity",
    unit: "share",
    of: (context) => (context.knownUser ? context.categoryAffinity : undefined),
  },
  { name: "popularity", unit: "share", of: (context) => context.popularity },
  { name: "qualityScore", unit: "share", of: (context) => context.qualityScore },
  { name: "position", unit: "count", of: (context) => context.position },
  { name: "surface", unit: "none", dictionary: surfaceWords, of: (context) => surfaceWords.codeOf(context.surface) },
  { name: "device", unit: "none", dictionary: deviceWords, of: (context) => deviceWords.codeOf(context.device) },
  { name: "hour", unit: "hour", of: (context) => context.hour },
  { name: "meal", unit: "none", of: (context) => Number(context.meal) },
  { name: "impressionsSeen", unit: "count", of: (context) => context.impressionsSeen },
  {
    name: "userImpressions",
    unit: "count",
    of: (context) => (context.knownUser ? context.userImpressions : undefined),
  },
  { name: "userClicks", unit: "count", of: (context) => (context.knownUser ? context.userClicks : undefined) },
];

const schema = defineFeatureSchema({
  name: "simulated-clicks",
  version: 1,
  features: FEATURES.map(
    ({ name, unit, dictionary }): FeatureDeclaration => ({
      name,
      unit,
      type: dictionary === undefined ? "f64" : "dictionary",
      nullPolicy: "missing",
      owner: "ads-ranking",
      version: 1,
      ...(dictionary && { dictionary }),
    }),
  ),
});

/** About `count` impressions, ten to a request. Deterministic in the seed. */
export function clickRows({ seed, count }: { readonly seed: number; readonly count: number }): ClickRows {
  const catalogue = loadCatalogue();
  const marketplace = generateMarketplace(catalogue, { seed, adsMax: 10_000 });
  const users = generateUsers(catalogue, { seed, count: 5_000 });
  const byId = new Map(users.map((user) => [user.userId as string, user]));
  const requests = generateRequests(catalogue, users, { seed, count: Math.ceil(count / ADS_PER_REQUEST) });
  const contextsOf = clickContexts(catalogue);
  const shown = requests.flatMap((request, group) => {
    const user = request.userId === undefined || request.userId === null ? null : (byId.get(request.userId) ?? null);
    return showAds({ request, user, group, marketplace, seed, contextOf: contextsOf(request, user) });
  });
  const columns = FEATURES.map(({ of }) => Float64Array.from(shown, ({ context }) => of(context) ?? Number.NaN));
  return {
    data: `simulated marketplace, seed ${seed}: synthetic clicks`,
    rows: { schema, columns, labels: Uint8Array.from(simulateClicks(shown, { seed }), Number) },
    surfaces: shown.map(({ context }) => context.surface),
    groups: Int32Array.from(shown, ({ group }) => group),
    truth: Float64Array.from(shown, ({ margin }) => margin),
  };
}

interface Show {
  readonly request: AdRequest;
  readonly user: UserProfile | null;
  readonly group: number;
  readonly marketplace: Marketplace;
  readonly seed: number;
  readonly contextOf: ReturnType<ReturnType<typeof clickContexts>>;
}

function showAds({ request, user, group, marketplace, seed, contextOf }: Show) {
  const { documents, embeddings } = marketplace;
  const { requestId } = request;
  if (requestId === undefined) throw new TypeError("generated requests have an id; clicks are drawn by it");
  const width = embeddings.length / documents.length;
  const random = randomStream(seed, "shown ads", group);
  const at = (row: number, position: number) => {
    const document = documents[row];
    if (document === undefined) throw new RangeError(`the marketplace has ${documents.length} ads, none at ${row}`);
    const embedding = embeddings.subarray(row * width, (row + 1) * width);
    const impressionsSeen = impressionCount(Math.floor(Math.exp(SEEN_LOG_DEVIATION * Math.abs(random.normal())) - 1));
    return {
      document,
      context: { ...contextOf({ document, embedding, position, impressionsSeen }), knownUser: user !== null },
    };
  };
  const considered = Array.from({ length: ADS_CONSIDERED }, () => at(random.below(documents.length), 0));
  const fit = ({ context }: (typeof considered)[number]) => context.interestCosine + context.queryCosine;
  const best = considered.toSorted((left, right) => fit(right) - fit(left)).slice(0, ADS_PER_REQUEST / 2);
  const others = considered.filter((each) => !best.includes(each)).slice(0, ADS_PER_REQUEST - best.length);
  // Fitting and random ads take turns, so that position does not stand for relevance.
  return best
    .flatMap((each, index) => [each, others[index] ?? each])
    .map(({ document, context }, position) => {
      const placed = { ...context, position };
      const { margin, probability } = clickTruth(placed);
      return { requestId, adId: document.adId, probability, margin, group, context: placed };
    });
}
