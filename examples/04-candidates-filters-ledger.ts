/** Lesson 4: candidates are ids and columns; a map adds a column, a filter keeps or drops, and the ledger knows why. */
import {
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  compileGraph,
  createExecutor,
  drop,
  F64Column,
  filter,
  type Graph,
  graph,
  IdColumn,
  map,
  node,
  slot,
  topologyOf,
  verdictText,
} from "@tenon/graph-core";
import { z } from "zod";

const User = slot("user", z.object({ shownToday: z.array(z.int()) }), { owner: "ads-delivery" });
const Bids = candidateBatchSchema({ bidMicros: "f64" });
const RetrievedAds = slot("retrievedAds", Bids, { owner: "ads-retrieval" });
const FreshAds = slot("freshAds", Bids, { owner: "ads-delivery" });
const PaidAds = slot("paidAds", Bids, { owner: "ads-auction" });
const Clicks = slot("clicks", columnSchema("f64", { of: FreshAds }), { owner: "ads-ranking", unit: "probability" });
const Shown = slot("shown", z.array(z.int()), { owner: "ads-auction" });

// A filter returns a verdict. It is asked once per row, in row order; the runtime builds the kept batch from the answers.
const dropSeen = filter({
  owner: "ads-delivery",
  purpose: "drops ads the user has seen today",
  of: RetrievedAds,
  kept: FreshAds,
  reads: [User],
  run: ({ user, retrievedAds }) => {
    const times = (id: number) => user.shownToday.filter((shown) => shown === id).length;
    return (row) => {
      const seen = times(retrievedAds.ids.at(row));
      return seen >= 2 ? drop("seen_too_often", 2, seen) : undefined;
    };
  },
});

// A map gives one value per candidate, in the batch's order. Any other length is refused.
const predictClicks = map({
  owner: "ads-ranking",
  purpose: "predicts how likely a click is",
  of: FreshAds,
  writes: [Clicks],
  run: ({ freshAds }) => ({ clicks: F64Column.fill(freshAds.size, (row) => 0.01 * (1 + (freshAds.ids.at(row) % 3))) }),
});

const dropCheap = filter({
  owner: "ads-auction",
  purpose: "drops ads whose expected payment is below the floor",
  of: FreshAds,
  kept: PaidAds,
  reads: [Clicks],
  run: ({ freshAds, clicks }) => {
    const bids = freshAds.column("bidMicros");
    const floorMicros = 6_000;
    return (row) => {
      const expectedMicros = Math.round(bids.at(row) * clicks.at(row));
      return expectedMicros < floorMicros ? drop("below_floor", floorMicros, expectedMicros) : undefined;
    };
  },
});

// A column that belongs to an earlier batch is aligned to a later one, through every filter between them.
const pickShown = node({
  owner: "ads-auction",
  purpose: "shows the likeliest first, equal ones by id",
  reads: [PaidAds, FreshAds, Clicks],
  writes: [Shown],
  run: ({ paidAds, freshAds, clicks }) => {
    const likely = paidAds.align(clicks, freshAds);
    const rows = Array.from({ length: paidAds.size }, (_, row) => row);
    const inOrder = rows.toSorted((a, b) => likely.at(b) - likely.at(a) || paidAds.ids.at(a) - paidAds.ids.at(b));
    return { shown: inOrder.map((row) => paidAds.ids.at(row)) };
  },
});

const ads = graph({
  name: "ads",
  owner: "ads-serving",
  request: [User, RetrievedAds],
  nodes: { dropSeen, predictClicks, dropCheap, pickShown },
  respond: [Shown],
});

const executor = createExecutor(compileGraph(ads), { resources: {} });
const retrievedAds = CandidateBatch.of(IdColumn.from([11, 12, 13, 14, 15]), {
  bidMicros: F64Column.from([400_000, 900_000, 250_000, 700_000, 600_000]),
});

const run = executor.begin({ requestId: "request-1" });
const { shown } = await executor.execute({ user: { shownToday: [14, 12, 14] }, retrievedAds }, run);
console.log("shown", shown.join(", "));

// The ledger: what became of every candidate. Nothing is lost without a reason, and that is checked.
const topology = topologyOf(ads as Graph);
const ledger = run.ledger.toJson(topology);
for (const { node: name, entered, kept, byReason } of ledger.stages)
  console.log(`${name}: ${entered} entered, ${kept} kept`, JSON.stringify(byReason));
console.log(verdictText(run.ledger.explain(14), topology));
console.log(verdictText(run.ledger.explain(13), topology));
console.log(`entered ${ledger.entered} = kept ${ledger.kept} + dropped ${ledger.dropped}: ${ledger.conserved}`);
