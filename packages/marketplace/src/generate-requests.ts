/** Requests for ads of generated users over one stretch of time. Valid by the request contract of the ads model. */
import {
  type AdRequest,
  DEVICES,
  hourOfDayAt,
  type OrganicItem,
  organicId,
  requestId,
  SURFACES,
} from "@tenon/ads-model";
import type { Catalogue } from "./catalogue.ts";
import { categoryRows } from "./category-traits.ts";
import { MARKETPLACE_NOW_MS } from "./generate-marketplace.ts";
import { generateQuery } from "./generate-query.ts";
import type { Users } from "./generate-users.ts";
import { cumulativeWeights, type Random, randomStream } from "./random.ts";

export interface RequestOptions {
  /** 32-bit integer. */
  readonly seed: number;
  readonly count: number;
  /** Requests fall into [startAtMs, startAtMs + durationMs). Default: the marketplace's now, one day. */
  readonly startAtMs?: number;
  readonly durationMs?: number;
}

const DAY_MS = 86_400_000;
/** By surface: home feed, search, related. */
const SURFACE_WEIGHTS = cumulativeWeights([60, 25, 15]);
/** By device: desktop, phone, tablet. */
const DEVICE_WEIGHTS = cumulativeWeights([30, 62, 8]);
/** Requests per local hour, relative: quiet at four in the morning, busiest at nine in the evening. */
const HOUR_WEIGHTS = [4, 3, 2, 1, 1, 2, 4, 6, 7, 8, 8, 9, 10, 9, 8, 8, 9, 10, 12, 14, 15, 15, 12, 8];
const HOUR_WEIGHT_MAX = Math.max(...HOUR_WEIGHTS);
/** Attempts to hit a busy hour; then the last draw stands. */
const TIME_DRAWS_MAX = 16;
const SIGNED_OUT_SHARE = 0.08;
const PERSONALISATION_SHARE = 0.85;
const MEASUREMENT_SHARE = 0.9;
const ORGANIC_ITEMS_MIN = 12;
const ORGANIC_ITEMS_MAX = 40;
/** Utility falls to 1/e of the first item's after this many items. */
const ORGANIC_DECAY_ITEMS = 20;

/**
 * `count` requests, ascending by time. Half of the users make most of the requests (a user's weight is 1 / (row + 10)^0.5).
 * @throws RangeError when there are no users.
 */
export function generateRequests(catalogue: Catalogue, users: Users, options: RequestOptions): AdRequest[] {
  if (users.length === 0) throw new RangeError("requests need users; generate at least one with generateUsers");
  const { seed, count, startAtMs = MARKETPLACE_NOW_MS, durationMs = DAY_MS } = options;
  const userWeights = cumulativeWeights(Array.from({ length: users.length }, (_, row) => 1 / Math.sqrt(row + 10)));
  const offsets = utcOffsets(catalogue);
  const rows = categoryRows(catalogue);
  const requests = Array.from({ length: count }, (_, row): RequestAt => {
    const random = randomStream(seed, "request", row);
    const user = users.at(random.index(userWeights));
    if (user?.country == null) throw new RangeError("a user without a country cannot make a request; set one");
    const utcOffsetMinutes = offsets.get(placeKey(user)) ?? 0;
    const timestampMs = requestTime({ startAtMs, durationMs, utcOffsetMinutes }, random);
    const surface = SURFACES[random.index(SURFACE_WEIGHTS)] ?? "homeFeed";
    const personalisation = random.chance(PERSONALISATION_SHARE);
    const signedOut = random.chance(SIGNED_OUT_SHARE);
    const interests = user.interests.flatMap(({ interest }) => rows.get(interest) ?? []);
    return {
      requestId: requestId(`r${(seed >>> 0).toString(36)}-${row + 1}`),
      ...(signedOut ? {} : { userId: user.userId }),
      surface,
      country: user.country,
      ...(user.region === null ? {} : { region: user.region }),
      ...(user.city === null ? {} : { city: user.city }),
      device: DEVICES[random.index(DEVICE_WEIGHTS)] ?? "phone",
      language: user.language,
      ...(surface === "search"
        ? { query: generateQuery(catalogue, { country: user.country, region: user.region, interests }, random) }
        : {}),
      organicItems: organicItems(row, random),
      adSlotsWanted: 2 + random.below(5),
      consent: { personalisation, measurement: random.chance(MEASUREMENT_SHARE) },
      timestampMs,
      utcOffsetMinutes,
    };
  });
  return requests.sort((left, right) => left.timestampMs - right.timestampMs);
}

type RequestAt = AdRequest & { readonly timestampMs: number };

/** A time of the stretch, by rejection: busy local hours are accepted more often. */
function requestTime(
  stretch: { startAtMs: number; durationMs: number; utcOffsetMinutes: number },
  random: Random,
): number {
  let timestampMs = stretch.startAtMs;
  for (let draw = 0; draw < TIME_DRAWS_MAX; draw++) {
    timestampMs = stretch.startAtMs + Math.floor(random.unit() * stretch.durationMs);
    const hour = hourOfDayAt({ timestampMs, utcOffsetMinutes: stretch.utcOffsetMinutes });
    if (random.unit() * HOUR_WEIGHT_MAX < (HOUR_WEIGHTS[hour] ?? 0)) break;
  }
  return timestampMs;
}

/** Descending by utility; ids are unique within the request. */
function organicItems(row: number, random: Random): OrganicItem[] {
  const count = ORGANIC_ITEMS_MIN + random.below(ORGANIC_ITEMS_MAX - ORGANIC_ITEMS_MIN + 1);
  const utilities = Array.from(
    { length: count },
    (_, item) => Math.exp(-item / ORGANIC_DECAY_ITEMS) * (0.6 + 0.4 * random.unit()),
  );
  utilities.sort((left, right) => right - left);
  return utilities.map((utility, item) => ({
    organicId: organicId(`o${row + 1}-${item + 1}`),
    utility: Math.round(utility * 10_000) / 10_000,
  }));
}

function placeKey({
  country,
  region,
  city,
}: {
  country: string | null;
  region: string | null;
  city: string | null;
}): string {
  return `${country}|${region}|${city}`;
}

/** Offset of each city from its longitude, in whole hours: solar time, which is near enough to the legal one for hours of the day. */
function utcOffsets({ cities }: Catalogue): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  for (const { country, region, name, longitude } of cities) {
    const key = placeKey({ country, region, city: name });
    // Cities are sorted by size: of two with one name the larger is meant.
    if (!offsets.has(key)) offsets.set(key, Math.max(-720, Math.round(longitude / 15) * 60));
  }
  return offsets;
}
