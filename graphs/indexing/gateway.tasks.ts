/** The gateway: two upstreams into one format. Changes of the ads database are never passed over, signals may be put aside. */
import {
  ContentSignal,
  ContentSignals,
  DroppedUpdates,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  ServingControl,
  SourceChange,
  SourceChanges,
} from "@tenon/nodes";
import { task } from "@tenon/stream-runtime";
import { gatewayChanges } from "./gateway-changes.graph.ts";
import { gatewaySignals } from "./gateway-signals.graph.ts";

const lanes = {
  highUpdateMessages: EntityUpdatesHigh,
  mediumUpdateMessages: EntityUpdatesMedium,
  lowUpdateMessages: EntityUpdatesLow,
  droppedMessages: DroppedUpdates,
};

export const gatewayChangesTask = task({
  name: "gateway-changes",
  owner: "ads-data",
  purpose: "changes of the ads database as updates, and budgets and pauses at once",
  source: SourceChanges,
  lane: "high",
  graph: gatewayChanges,
  event: SourceChange,
  sinks: { ...lanes, servingControlMessages: ServingControl },
  onFailure: "halt",
});

export const gatewaySignalsTask = task({
  name: "gateway-signals",
  owner: "ads-data",
  purpose: "content signals as updates",
  source: ContentSignals,
  lane: "medium",
  graph: gatewaySignals,
  event: ContentSignal,
  sinks: lanes,
});
