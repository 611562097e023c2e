import { graph } from "@tenon/graph-core";
import { AdEvent, dropDuplicateEvents, NextSeenEvents, SeenEvents, UniqueEventMessages } from "@tenon/nodes";

export const uniqueAdEvents = graph({
  name: "unique-ad-events",
  owner: "ads-measurement",
  purpose: "lets every ad event through once",
  request: [AdEvent, SeenEvents],
  nodes: { dropDuplicateEvents },
  respond: [NextSeenEvents, UniqueEventMessages],
});
