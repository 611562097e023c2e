import { graph } from "@tenon/graph-core";
import { AdWithCreative, CreativeLanding, checkLandingPage, deriveLanding, LandingWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adLanding = graph({
  name: "ad-landing",
  owner: "ads-serving",
  purpose: "what is at the address that an ad leads to",
  request: [AdWithCreative, CreativeLanding, WorkItem],
  nodes: {
    checkLandingPage,

    deriveLanding,
  },
  respond: [LandingWrites],
});
