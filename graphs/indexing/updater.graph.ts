import { graph } from "@tenon/graph-core";
import { checkUpdate, EntityUpdate, RejectedMessages, rejectUpdate, UpdateWrites, writeUpdate } from "@tenon/nodes";

export const updater = graph({
  name: "updater",
  owner: "ads-data",
  purpose: "writes updates that fit their group, and sends the others to their owners",
  request: [EntityUpdate],
  nodes: {
    checkUpdate,

    writeUpdate,
    rejectUpdate,
  },
  respond: [UpdateWrites, RejectedMessages],
});
