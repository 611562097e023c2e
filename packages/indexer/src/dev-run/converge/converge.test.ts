/** The recorded changes of the committed corpus through the handlers, and handlers with bugs that only one of the two ways has. */
import { join } from "node:path";
import { readCorpus } from "@tenon/dev-run";
import { graph, node } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { deriveOffer, publishDocument } from "@tenon/nodes";
import { type Handler, handler } from "@tenon/stream-runtime";
import { expect, test } from "vitest";
import { converge } from "./converge.ts";
import { longestChain } from "./longest-chain.ts";
import { recordedChanges } from "./recorded-changes.ts";

const corpus = readCorpus(join(import.meta.dirname, "../../../../dev-run/corpora/indexing.runs"));
const entries = [...corpus.entries()];

type Inputs = Readonly<Record<string, unknown>>;
type Run = (inputs: Inputs) => unknown;
interface AnyNode {
  readonly definition: { readonly run: Run };
}

/** The same node with another function. */
function changed(of: unknown, run: (inputs: never, before: Run) => unknown): unknown {
  const { definition } = of as AnyNode;
  return node({ ...definition, run: (inputs: Inputs) => run(inputs as never, definition.run) } as never);
}

/** The handlers with another node in the place of one. */
function withNode(handlerName: string, nodeName: string, other: unknown): readonly Handler[] {
  return ARGUS_HANDLERS.map((each) => {
    if (each.name !== handlerName) return each as Handler;
    const { nodes, ...rest } = each.graph as never as { readonly nodes: Readonly<Record<string, unknown>> };
    const changedGraph = graph({ ...rest, nodes: { ...nodes, [nodeName]: other } } as never);
    return handler({ ...each, graph: changedGraph } as never);
  });
}

/** A budget that edits of the corpus halve below it. */
const SMALL_MICROS = 3_000_000_000;
type AssembledDocument = { readonly document: { readonly ad: { readonly status: string } } | null } | null;

test("deltas and a base come to the same, column by column and document by document, and every change is counted", async () => {
  const told = await converge(corpus.header, entries);
  expect(told).toMatchObject({ changes: 29, documentsCompared: 40, differentCount: 0, different: [], failures: [] });
  // Eleven groups of 40 ads each, terms of their ad groups.
  expect(told.groupsCompared).toBeGreaterThan(11 * 40);
  const [load, bid, pause] = told.costs;
  expect(load).toMatchObject({ kind: "load", runs: { servable: expect.any(Number) } });
  expect(bid).toMatchObject({ kind: "bid", chain: ["ad-offer", "servable"] });
  // Each change of the corpus reaches at least one document.
  expect(told.costs.every(({ messages, messageBytes }) => messages > 0 && messageBytes > messages)).toBe(true);
  expect(pause?.sent).toEqual({ servable: pause?.messages });
  expect(await converge(corpus.header, entries)).toEqual(told);
});

test("a handler that writes nothing for a small budget leaves the old row by deltas, and a base has none", async () => {
  const lazy = changed(
    deriveOffer,
    (
      inputs: { readonly campaignOffer: { readonly columns: { readonly lifetimeCapMicros: number } } | null },
      before,
    ) => ((inputs.campaignOffer?.columns.lifetimeCapMicros ?? 0) < SMALL_MICROS ? { offerWrites: {} } : before(inputs)),
  );
  const told = await converge(corpus.header, entries, withNode("ad-offer", "deriveOffer", lazy));
  expect(told.differentCount).toBeGreaterThan(0);
  // The offer first: documents differ because of it.
  expect(told.different[0]).toMatchObject({ handler: "ad-offer", owner: "ads-auction", what: "ad_document.offer" });
  expect(told.different[0]?.base).toBe("null");
});

test("a document that is not told to the index when its ad is paused differs, and the handler that tells is named", async () => {
  const silent = changed(publishDocument, (inputs: { readonly assembledDocument: AssembledDocument }, before) =>
    inputs.assembledDocument?.document?.ad.status === "paused" ? { indexDeltaMessages: [] } : before(inputs),
  );
  const told = await converge(corpus.header, entries, withNode("servable", "publishDocument", silent));
  expect(told.differentCount).toBeGreaterThan(0);
  // Rows are the same: what differs is what was told, and what a server holds.
  expect(new Set(told.different.map(({ handler: name, what }) => `${name} ${what}`))).toEqual(
    new Set(["servable document"]),
  );
});

test("a key whose run fails is told with the way it was on, and is no difference", async () => {
  const broken = changed(deriveOffer, () => {
    throw new Error("bad luck");
  });
  const told = await converge(corpus.header, entries, withNode("ad-offer", "deriveOffer", broken));
  expect(new Set(told.failures.map(({ handler: name }) => name))).toEqual(new Set(["ad-offer"]));
  expect(told.failures.map(({ path }) => path)).toContain("deltas");
});

test("rows come in the order in which they were recorded, each group once for each version", () => {
  const changes = recordedChanges(entries, ARGUS_HANDLERS as readonly Handler[]);
  expect(changes.map(({ kind }) => kind).slice(0, 4)).toEqual(["load", "bid", "pause", "title"]);
  const [load, ...edits] = changes;
  expect(edits.every(({ writes }) => writes.length === 1)).toBe(true);
  const [bid] = edits[0]?.writes ?? [];
  const before = load?.writes.find(({ group, key }) => group === bid?.group && key === bid?.key);
  expect((bid?.version ?? 0n) > (before?.version ?? 0n)).toBe(true);
  expect(bid?.columns["bidAmountMicros"]).toBe(Number(before?.columns["bidAmountMicros"]) * 2);
  // Columns of other readers of the same group are there, too.
  expect(Object.keys(bid?.columns ?? {}).sort()).toEqual(Object.keys(before?.columns ?? {}).sort());
});

test("a chain goes through handlers that ran, by what they read of one another", () => {
  const handlers = ARGUS_HANDLERS as readonly Handler[];
  expect(longestChain(handlers, { "ad-offer": 1, servable: 1 })).toEqual(["ad-offer", "servable"]);
  expect(longestChain(handlers, { "ad-offer": 2 })).toEqual(["ad-offer"]);
  expect(longestChain(handlers, {})).toEqual([]);
});
