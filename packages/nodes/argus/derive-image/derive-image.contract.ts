import { WorkItem } from "@tenon/stream-runtime/api";
import { CreativeImage, ImageWrites } from "../image-rows.ts";
import { AdWithCreative } from "../link-rows.ts";

export const deriveImageContract = {
  owner: "ads-blending",
  purpose: "what is known of the picture, if what was seen is the picture that the creative names now",
  reads: [AdWithCreative, CreativeImage, WorkItem],
  writes: [ImageWrites],
} as const;
