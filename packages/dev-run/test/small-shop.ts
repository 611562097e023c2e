/** A graph of a few nodes with a resource, a filter, a map and a failure policy, for tests of dev runs. */
import {
  bind,
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  compileGraph,
  createExecutor,
  drop,
  F64Column,
  filter,
  graph,
  IdColumn,
  map,
  node,
  resource,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";
import { type RecordedEntry, recordEntry } from "../src/index.ts";

const base = { owner: "ads-platform", purpose: "a node of the shop" } as const;
const declared = { owner: "ads-platform" } as const;
export const Wanted = slot("wanted", z.object({ floor: z.number(), shop: z.string() }), declared);
export const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), declared);
export const Rich = slot("rich", candidateBatchSchema({ bid: "f64" }), declared);
export const Score = slot("score", columnSchema("f64", { of: Rich }), declared);
export const Winners = slot("winners", candidateBatchSchema({ bid: "f64" }), declared);
export const Extra = slot("extra", z.number(), declared);
export const Answer = slot("answer", z.object({ best: z.array(z.number()), extra: z.number() }), declared);

export interface Stock {
  readonly bids: (shop: string) => Promise<readonly number[]>;
  readonly extra: (shop: string) => number;
}
export const StockResource = resource<Stock>()("stock", {
  ...declared,
  purpose: "what there is",
  methods: ["bids", "extra"],
});

export interface ShopOptions {
  readonly stock?: Partial<Stock>;
  /** Stands in the score: a leak where it is not a constant. */
  readonly noise?: () => number;
  /** The shop that is asked for, instead of the one wanted. */
  readonly shop?: string;
  readonly scoreOf?: (bid: number) => number;
}

/** Ads 1 to 6 with bids 5, 1, 9, 3, 7, 2: those at the floor are scored, the two best win. */
export function shopExecutor({ stock = {}, noise = () => 0, shop, scoreOf = (bid) => bid * 2 }: ShopOptions = {}) {
  const load = node({
    ...base,
    reads: [Wanted],
    writes: [Ads],
    uses: [StockResource],
    async: true,
    onFailure: "failRequest",
    run: async ({ wanted }, { uses }) => {
      const bids = await uses.stock.bids(shop ?? wanted.shop);
      return { ads: CandidateBatch.of(IdColumn.from(bids.map((_, at) => at + 1)), { bid: F64Column.from(bids) }) };
    },
  });
  const askExtra = node({
    ...base,
    reads: [Wanted],
    writes: [Extra],
    uses: [StockResource],
    onFailure: { fallback: { extra: -1 } },
    run: ({ wanted }, { uses }) => ({ extra: uses.stock.extra(shop ?? wanted.shop) }),
  });
  const dropPoor = filter({
    ...base,
    of: Ads,
    kept: Rich,
    reads: [Wanted],
    run: ({ ads, wanted: { floor } }) => {
      const bid = ads.column("bid");
      return (row) => (bid.at(row) < floor ? drop("poor", floor, bid.at(row)) : undefined);
    },
  });
  const rate = map({
    ...base,
    of: Rich,
    writes: [Score],
    run: ({ rich }) => ({ score: F64Column.fill(rich.size, (row) => scoreOf(rich.column("bid").at(row)) + noise()) }),
  });
  const pick = filter({
    ...base,
    of: Rich,
    kept: Winners,
    reads: [Score],
    run: ({ rich, score }) => {
      const all = Array.from({ length: rich.size }, (_, row) => score.at(row)).sort((left, right) => right - left);
      const least = all[1] ?? 0;
      return (row) => (score.at(row) < least ? drop("lost", least, score.at(row)) : undefined);
    },
  });
  const answer = node({
    ...base,
    reads: [Winners, Extra],
    writes: [Answer],
    run: ({ winners, extra }) => ({
      answer: { best: Array.from({ length: winners.size }, (_, row) => winners.ids.at(row)), extra },
    }),
  });
  const nodes = { load, askExtra, dropPoor, rate, pick, answer };
  const plan = compileGraph(
    graph({ name: "shop", owner: "ads-platform", request: [Wanted], nodes, respond: [Answer] }),
  );
  const value: Stock = { bids: async () => [5, 1, 9, 3, 7, 2], extra: () => 4, ...stock };
  return createExecutor(plan, { resources: { stock: bind(StockResource, { value }) } });
}

export const FACTS = { host: "admixer", recordedAtMs: 1_000, stratumOf: () => "shop plain" } as const;

export async function shopEntry(options: ShopOptions = {}, requestId = "r1"): Promise<RecordedEntry> {
  const request = { wanted: { floor: 3, shop: "corner" } };
  const { entry } = await recordEntry(shopExecutor(options), request, FACTS, { requestId, nowMs: 1_000 });
  return entry;
}

/** An executor whose stores must not be called. */
export function deafExecutor(options: ShopOptions = {}) {
  const refuse = (): never => {
    throw new Error("a live call");
  };
  return shopExecutor({ ...options, stock: { bids: refuse, extra: refuse } });
}
