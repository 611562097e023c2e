import { graph } from "@tenon/graph-core";
import { AdEvent, CountedEvent, chargeEvent } from "@tenon/nodes";

export const countAdEvents = graph({
  name: "count-ad-events",
  owner: "ads-measurement",
  purpose: "says what an ad event adds to counts and spend",
  request: [AdEvent],
  nodes: { chargeEvent },
  respond: [CountedEvent],
});
