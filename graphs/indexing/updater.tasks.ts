/** The updater, once per lane: one that is clogged holds up no other. Backfill and refresh send to the low one. */
import {
  EntityUpdate,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  RejectedUpdates,
  UpdateWrites,
} from "@tenon/nodes";
import { task } from "@tenon/stream-runtime";
import { updater } from "./updater.graph.ts";

const common = {
  owner: "ads-data",
  graph: updater,
  event: EntityUpdate,
  writes: UpdateWrites,
  sinks: { rejectedMessages: RejectedUpdates },
} as const;

export const updaterHigh = task({
  ...common,
  name: "updater-high",
  purpose: "what advertisers changed, as rows",
  source: EntityUpdatesHigh,
  lane: "high",
  onFailure: "halt",
});

export const updaterMedium = task({
  ...common,
  name: "updater-medium",
  purpose: "what other systems found out, as rows",
  source: EntityUpdatesMedium,
  lane: "medium",
});

export const updaterLow = task({
  ...common,
  name: "updater-low",
  purpose: "backfill and refresh, as rows",
  source: EntityUpdatesLow,
  lane: "low",
  onFailure: "halt",
});
