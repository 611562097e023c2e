import { graph } from "@tenon/graph-core";
import { AdWithCreative, CreativeImage, deriveImage, ImageWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adImage = graph({
  name: "ad-image",
  owner: "ads-blending",
  purpose: "what is known of the picture of an ad",
  request: [AdWithCreative, CreativeImage, WorkItem],
  nodes: { deriveImage },
  respond: [ImageWrites],
});
