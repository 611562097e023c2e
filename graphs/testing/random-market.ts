/** A market of a few rows, and random days in it: everything that advertisers and other systems do, in no sensible order. */
import type { SeededRandom } from "@tenon/event-log/simulation";
import type { SourceTable } from "@tenon/nodes";
import type { SourceChange } from "./ads-database-model.ts";
import type { ContentSignal, IndexingWorld } from "./indexing-world.ts";

/** Rows per table: few, so that edits meet. */
const KEYS: Readonly<Record<SourceTable, number>> = {
  ...{ advertisers: 3, campaigns: 4, budgets: 4, ad_groups: 5, targeting: 5, creatives: 6, ads: 8 },
};
const TABLES = Object.keys(KEYS) as SourceTable[];
const KINDS = ["image", "annotations", "interests", "embedding", "performance", "brand"] as const;
const STATUSES = ["active", "active", "active", "paused", "archived"] as const;
const REVIEWS = ["approved", "pending", "rejected"] as const;
const LANDINGS = ["shop", "broken", "unreachable"] as const;
const TITLES = ["Tea", "Tea for $4", "Coffee 20% off", "日本 tea"] as const;
const WORDS = ["tea", "coffee", "cup", "leaf"] as const;
const NAMES = ["brands/shop/tea", "brands/amenity/cafe", "brands/shop"] as const;
const TARGETS = [
  [[]],
  [[{ attribute: "country", operator: "in", values: ["DE", "AT"] }]],
  [
    [{ attribute: "region", operator: "in", values: ["US-CA"] }],
    [{ attribute: "device", operator: "in", values: ["phone", "tablet"] }],
    [{ attribute: "device", operator: "in", values: ["tablet", "phone"] }],
  ],
  [
    [
      { attribute: "country", operator: "notIn", values: ["FR"] },
      { attribute: "hourOfDay", operator: "in", values: [7, 8] },
    ],
  ],
] as const;

export class RandomMarket {
  /** Newest of each kind and key. */
  readonly signals = new Map<string, ContentSignal>();
  readonly #world: IndexingWorld;
  readonly #random: SeededRandom;
  #version = 0;

  constructor(world: IndexingWorld) {
    this.#world = world;
    this.#random = world.random;
  }

  /** Every row and every signal once. */
  fill(): void {
    for (const table of TABLES) for (let key = 1; key <= KEYS[table]; key++) this.#tell(this.#put(table, key));
    for (const kind of KINDS)
      for (let key = 1; key <= this.#keysOf(kind); key++) this.#observe(this.#signal(kind, key));
  }

  /** One thing happens. */
  step(): void {
    const random = this.#random;
    const table = this.#pick(TABLES);
    const key = 1 + random.upTo(KEYS[table] - 1);
    if (random.chance(0.35)) {
      const kind = this.#pick(KINDS);
      this.#observe(this.#signal(kind, 1 + random.upTo(this.#keysOf(kind) - 1)));
    } else if (random.chance(0.1)) this.#tell(this.#world.ads.remove(table, key, this.#world.clock.nowMs()));
    else this.#tell(this.#put(table, key));
  }

  #keysOf(kind: ContentSignal["kind"]): number {
    return kind === "performance" ? KEYS.ads : kind === "brand" ? KEYS.advertisers : KEYS.creatives;
  }

  /** Told once to three times, late, and so in any order. */
  #tell(change: SourceChange): void {
    this.#world.tell(change, { times: 1 + this.#random.upTo(2), delayMsMax: 300 });
  }

  #observe(signal: ContentSignal): void {
    this.#world.observe(signal, { times: 1 + this.#random.upTo(2), delayMsMax: 300 });
  }

  #put(table: SourceTable, key: number): SourceChange {
    return this.#world.ads.put(table, key, this.#row(table, key), this.#world.clock.nowMs());
  }

  #row(table: SourceTable, key: number): object {
    const random = this.#random;
    const any = (of: SourceTable) => 1 + random.upTo(KEYS[of] - 1);
    const status = this.#pick(STATUSES);
    switch (table) {
      case "advertisers":
        return {
          ...{
            advertiserId: key,
            brand: `Brand ${key}`,
            category: this.#pick(NAMES),
            country: random.chance(0.5) ? "DE" : null,
          },
          ...{ tier: "managed", status, policyReview: this.#pick(REVIEWS), registeredAtMs: 1_000 * key },
        };
      case "campaigns":
        return {
          ...{
            campaignId: key,
            advertiserId: any("advertisers"),
            name: `Campaign ${key}`,
            brand: `Brand ${random.upTo(5)}`,
          },
          ...{ category: this.#pick(NAMES), objective: this.#pick(["clicks", "awareness"] as const), status },
          ...{ startAtMs: 1_000, endAtMs: random.chance(0.5) ? null : 2_000_000 },
          frequencyCaps: [{ level: "ad", windowDays: 1, impressionsMax: 1 + random.upTo(4) }],
        };
      case "budgets": {
        const daily = random.chance(0.6);
        return {
          ...{
            campaignId: key,
            lifetimeCapMicros: 1_000 + random.upTo(9_000),
            dailyCapMicros: daily ? 101 + random.upTo(900) : null,
          },
          ...{ overdeliveryRatioMax: daily ? 0.25 : null, pacing: this.#pick(["even", "asFastAsPossible"] as const) },
        };
      }
      case "ad_groups":
        return {
          ...{ adGroupId: key, campaignId: any("campaigns"), status, bidAmountMicros: random.upTo(2_000) },
          bidPays: this.#pick(["perClick", "perThousandImpressions"] as const),
        };
      case "targeting":
        return {
          adGroupId: key,
          expression: { whenMissing: this.#pick(["weak", "strong"] as const), conjunctions: this.#pick(TARGETS) },
        };
      case "creatives":
        return {
          ...{ creativeId: key, title: this.#pick(TITLES), body: random.chance(0.5) ? "" : "Fresh  every day" },
          landingUrl: `https://brands.example/${this.#pick(LANDINGS)}`,
          ...{ imageUrl: random.chance(0.2) ? null : this.#picture(), review: this.#pick(REVIEWS) },
        };
      case "ads":
        return {
          ...{ adId: key, adGroupId: any("ad_groups"), creativeId: any("creatives"), status },
          ...{ keywords: WORDS.slice(random.upTo(2)), floorMicros: random.upTo(500) },
        };
    }
  }

  #signal(kind: ContentSignal["kind"], key: number): ContentSignal {
    const facts = {
      kind,
      version: ++this.#version,
      observedAtMs: this.#world.clock.nowMs(),
      ...this.#found(kind, key),
    };
    const signal = facts as unknown as ContentSignal;
    this.signals.set(`${kind}:${key}`, signal);
    return signal;
  }

  #found(kind: ContentSignal["kind"], key: number): object {
    const random = this.#random;
    const impressions30d = random.upTo(50_000);
    switch (kind) {
      case "image":
        return {
          ...{ creativeId: key, imageUrl: this.#picture(), width: 400, height: 100 + random.upTo(300) },
          ...{ signature: `s${random.upTo(99)}`, textShare: random.upTo(10) / 10, dominantColor: "#00ff7f" },
        };
      case "annotations":
        return {
          creativeId: key,
          terms: WORDS.slice(0, random.upTo(4)),
          language: "en",
          confidence: random.upTo(10) / 10,
        };
      case "interests":
        return {
          creativeId: key,
          interests: NAMES.slice(random.upTo(3)).map((interest) => ({ interest, affinity: random.upTo(4) / 4 })),
        };
      case "embedding":
        return { creativeId: key, space: `space-${random.upTo(1)}`, vector: [random.upTo(8) / 8, random.upTo(8) / 8] };
      case "performance":
        return {
          ...{ adId: key, impressions7d: Math.floor(impressions30d / 4), clicks7d: Math.floor(impressions30d / 400) },
          ...{ impressions30d, clicks30d: Math.floor(impressions30d / 90), conversions30d: random.upTo(9) },
          ...{ hides30d: random.upTo(900), spend7dMicros: random.upTo(9_999), reviewScore: random.upTo(1_000) / 1_000 },
        };
      case "brand":
        return { advertiserId: key, popularity: random.upTo(100) / 100 };
    }
  }

  #picture(): string {
    return `https://images.example/${this.#random.upTo(2)}.jpg`;
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[this.#random.upTo(values.length - 1)] as Value;
  }
}
