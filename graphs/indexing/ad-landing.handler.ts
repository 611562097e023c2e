/** Run when a creative leads elsewhere, and by a refresh. */
import {
  AdDocumentRow,
  AdWithCreative,
  AdWithCreativeRead,
  CreativeLanding,
  CreativeLandingRead,
  LandingWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adLanding } from "./ad-landing.graph.ts";

export const adLandingHandler = handler({
  name: "ad-landing",
  owner: "ads-serving",
  purpose: "keeps what is at the address that an ad leads to up to date",
  inputs: [
    ownRow(AdWithCreative, AdWithCreativeRead),
    parentRow(CreativeLanding, CreativeLandingRead, { of: AdWithCreativeRead, column: "creativeId" }),
  ],
  graph: adLanding,
  writes: LandingWrites,
  produces: [{ entity: AdDocumentRow, groups: ["landing"] }],
});
