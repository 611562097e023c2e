/** The pipeline with one rule broken each: tests must notice. */
import { type Graph, graph, node } from "@tenon/graph-core";
import {
  AdFloor,
  AdGroupOffer,
  CampaignOffer,
  checkUpdate,
  deriveOffer,
  dropStaleContent,
  EntityUpdate,
  materialiseChange,
  normaliseRow,
  OfferWrites,
  rejectUpdate,
  routeUpdate,
  ServingControlMessages,
  SourceRow,
  UpdateProblems,
  UpdateWrites,
  writeUpdate,
} from "@tenon/nodes";
import type { Handler, Task } from "@tenon/stream-runtime";
import { WorkItem } from "@tenon/stream-runtime/api";
import type { adOffer } from "../indexing/ad-offer.graph.ts";
import { gatewayChanges } from "../indexing/gateway-changes.graph.ts";
import { ARGUS_HANDLERS } from "../indexing/handlers.ts";
import { updater } from "../indexing/updater.graph.ts";
import { INDEXING_TASKS } from "./indexing-world.ts";

/** Whatever arrives last is newest. */
export function updaterByArrival(): readonly Task[] {
  let arrived = 10 ** 9;
  const writeByArrival = node({
    owner: "ads-data",
    purpose: "a planted bug: counts versions itself",
    reads: [EntityUpdate, UpdateProblems],
    writes: [UpdateWrites],
    run: ({ entityUpdate, updateProblems }) =>
      writeUpdate.definition.run(
        { entityUpdate: { ...entityUpdate, version: ++arrived }, updateProblems },
        undefined as never,
      ) as never,
  });
  const broken = graph({
    ...{ name: "updater", owner: "ads-data", request: updater.request },
    nodes: { checkUpdate, writeByArrival, rejectUpdate },
    respond: updater.respond,
  } as never);
  return withGraph(updater as never, broken as never);
}

/** Budgets and pauses take the long way only. */
export function gatewayWithoutShortCut(): readonly Task[] {
  const tellNobody = node({
    owner: "ads-delivery",
    purpose: "a planted bug: sends nothing",
    reads: [SourceRow],
    writes: [ServingControlMessages],
    run: () => ({ servingControlMessages: [] }),
  });
  const broken = graph({
    ...{ name: "gateway-changes", owner: "ads-data", request: gatewayChanges.request },
    nodes: { materialiseChange, normaliseRow, tellNobody, dropStaleContent, routeUpdate },
    respond: gatewayChanges.respond,
  } as never);
  return withGraph(gatewayChanges as never, broken as never);
}

/** A release that bids nothing for anybody. */
export function zeroBids(): readonly Handler[] {
  const bidNothing = node({
    owner: "ads-auction",
    purpose: "a planted bug: every bid is zero",
    reads: [AdFloor, AdGroupOffer, CampaignOffer, WorkItem],
    writes: [OfferWrites],
    run: (inputs) => {
      const { adGroupOffer: row } = inputs;
      const nothing = row && { ...row, columns: { ...row.columns, bidAmountMicros: 0 } };
      return deriveOffer.definition.run({ ...inputs, adGroupOffer: nothing } as never, undefined as never) as never;
    },
  });
  return ARGUS_HANDLERS.map((each) => {
    if (each.name !== "ad-offer") return each;
    const { request, respond } = each.graph as unknown as typeof adOffer;
    const facts = { name: "ad-offer", owner: "ads-auction", purpose: "a planted bug" } as const;
    return { ...each, graph: graph({ ...facts, request, nodes: { bidNothing }, respond } as never) as never };
  });
}

/** The words of an ad are read, and nobody is told when the reader of creatives finds others. */
export function forgetfulHandlers(): readonly Handler[] {
  return ARGUS_HANDLERS.map((each) =>
    each.name !== "ad-relevance"
      ? each
      : {
          ...each,
          inputs: each.inputs.map((input) =>
            input.kind === "parent" ? { ...input, read: { ...input.read, mask: 0 } } : input,
          ),
        },
  );
}

function withGraph(right: Graph<never, unknown>, broken: Graph<never, unknown>): readonly Task[] {
  return INDEXING_TASKS.map((task) => (task.graph === right ? { ...task, graph: broken } : task));
}
