/** Run when a creative names another picture, or somebody has looked at it. */
import {
  AdDocumentRow,
  AdWithCreative,
  AdWithCreativeRead,
  CreativeImage,
  CreativeImageRead,
  ImageWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adImage } from "./ad-image.graph.ts";

export const adImageHandler = handler({
  name: "ad-image",
  owner: "ads-blending",
  purpose: "keeps what is known of the picture of an ad up to date",
  inputs: [
    ownRow(AdWithCreative, AdWithCreativeRead),
    parentRow(CreativeImage, CreativeImageRead, { of: AdWithCreativeRead, column: "creativeId" }),
  ],
  graph: adImage,
  writes: ImageWrites,
  produces: [{ entity: AdDocumentRow, groups: ["image"] }],
});
