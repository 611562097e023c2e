/** Lesson 5: a run is recorded and repeated to the byte, without asking any store; then with one input changed. */
import {
  bind,
  compileGraph,
  createExecutor,
  graph,
  node,
  recordRun,
  replayRun,
  resource,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const Visitor = slot("visitor", z.object({ userId: z.string() }), { owner: "team-web" });
const Points = slot("points", z.int(), { owner: "team-loyalty", unit: "points" });
const Offer = slot("offer", z.string(), { owner: "team-offers" });

interface PointsStore {
  readonly of: (userId: string) => Promise<number>;
}
const PointsResource = resource<PointsStore>()("pointsStore", {
  owner: "team-loyalty",
  purpose: "points of a user",
  methods: ["of"],
});

const loadPoints = node({
  owner: "team-loyalty",
  purpose: "reads the visitor's points",
  reads: [Visitor],
  writes: [Points],
  uses: [PointsResource],
  async: true,
  onFailure: "failRequest",
  run: async ({ visitor }, { uses }) => ({ points: await uses.pointsStore.of(visitor.userId) }),
});

// Time and chance come with the context, never from the surroundings: that is what makes a run repeatable.
const chooseOffer = node({
  owner: "team-offers",
  purpose: "chooses one of two offers for visitors with points",
  reads: [Points],
  writes: [Offer],
  run: ({ points }, { clock, random }) => {
    const prize = random("offer") < 0.5 ? "coffee" : "cake";
    const day = new Date(clock.nowMs).toISOString().slice(0, 10);
    return { offer: points >= 100 ? `${prize} on ${day}` : "nothing yet" };
  },
});

const offers = graph({
  name: "offers",
  owner: "team-offers",
  request: [Visitor],
  nodes: { loadPoints, chooseOffer },
  respond: [Offer],
});

const executorOn = (store: PointsStore) =>
  createExecutor(compileGraph(offers), { resources: { pointsStore: bind(PointsResource, { value: store }) } });

// The live run: the store is asked, and every read is kept with the request, the time and the seed.
const live = executorOn({ of: async () => 120 });
const run = recordRun(live, { visitor: { userId: "u7" } }, { requestId: "offer-1", nowMs: Date.UTC(2026, 4, 1) });
console.log("live    ", (await run.response).offer);
const recording = run.recording();
console.log("recorded", recording.reads.map(({ resource: name, method }) => `${name}.${method}`).join(", "));

// Later, elsewhere, with a store that is down: the same answer.
const down = executorOn({ of: () => Promise.reject(new Error("the store is down")) });
console.log("replayed", (await replayRun(down, recording).response).offer);

// A replay never falls back to a live call: what was not asked then is refused now, and the node is named.
try {
  await replayRun(down, recording, { override: { visitor: { userId: "u8" } } }).response;
} catch (error) {
  console.log((error as Error).message);
}
