import { graph } from "@tenon/graph-core";
import {
  ContentSignal,
  DroppedMessages,
  dropStaleContent,
  HighUpdateMessages,
  LowUpdateMessages,
  MediumUpdateMessages,
  normaliseSignal,
  routeUpdate,
} from "@tenon/nodes";

export const gatewaySignals = graph({
  name: "gateway-signals",
  owner: "ads-data",
  purpose: "turns a content signal into an update of a group of columns, in its lane",
  request: [ContentSignal],
  nodes: {
    normaliseSignal,

    dropStaleContent,

    routeUpdate,
  },
  respond: [HighUpdateMessages, MediumUpdateMessages, LowUpdateMessages, DroppedMessages],
});
