import { graph } from "@tenon/graph-core";
import {
  AdPresence,
  assembleDocument,
  DocumentGroups,
  IndexDeltaMessages,
  publishDocument,
  ServableWrites,
  writeDocument,
} from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const servable = graph({
  name: "servable",
  owner: "ads-data",
  purpose: "makes the whole document of an ad, keeps it, and tells the index",
  request: [AdPresence, DocumentGroups, WorkItem],
  nodes: {
    assembleDocument,

    writeDocument,
    publishDocument,
  },
  respond: [ServableWrites, IndexDeltaMessages],
});
