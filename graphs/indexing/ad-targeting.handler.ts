/** Run when the target of an ad group changes, or an ad moves. */
import {
  AdDocumentRow,
  AdGroupTarget,
  AdGroupTargetRead,
  AdInGroup,
  AdInGroupRead,
  TargetingWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adTargeting } from "./ad-targeting.graph.ts";

export const adTargetingHandler = handler({
  name: "ad-targeting",
  owner: "ads-retrieval",
  purpose: "keeps whom an ad is for up to date",
  inputs: [
    ownRow(AdInGroup, AdInGroupRead),
    parentRow(AdGroupTarget, AdGroupTargetRead, { of: AdInGroupRead, column: "adGroupId" }),
  ],
  graph: adTargeting,
  writes: TargetingWrites,
  produces: [{ entity: AdDocumentRow, groups: ["targeting"] }],
});
