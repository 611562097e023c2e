import { graph } from "@tenon/graph-core";
import {
  DroppedMessages,
  dropStaleContent,
  HighUpdateMessages,
  LowUpdateMessages,
  MediumUpdateMessages,
  materialiseChange,
  normaliseRow,
  routeUpdate,
  ServingControlMessages,
  SourceChange,
  shortCutControl,
} from "@tenon/nodes";

export const gatewayChanges = graph({
  name: "gateway-changes",
  owner: "ads-data",
  purpose: "turns a change of the ads database into an update of a group of columns, in its lane",
  request: [SourceChange],
  nodes: {
    materialiseChange,

    normaliseRow,
    shortCutControl,

    dropStaleContent,

    routeUpdate,
  },
  respond: [HighUpdateMessages, MediumUpdateMessages, LowUpdateMessages, ServingControlMessages, DroppedMessages],
});
