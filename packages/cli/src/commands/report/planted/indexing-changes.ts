/** Changes of the handlers of the index: rows in, documents out. */
import { inNode, type TrueChange } from "./change.ts";

export const INDEXING_CHANGES: readonly TrueChange[] = [
  {
    name: "changed handler",
    node: "deriveOffer",
    owner: "ads-auction",
    edits: [
      inNode(
        "argus/derive-offer",
        "floorMicros: adFloor.columns.floorMicros,",
        "floorMicros: adFloor.columns.floorMicros + 1_000,",
      ),
    ],
    cause: "derive-offer.ts",
  },
  {
    name: "dropped column",
    node: "deriveCreative",
    owner: "ads-blending",
    edits: [
      inNode(
        "argus/derive-creative",
        "...{ title, body, landingUrl },\n      text",
        "...{ title, body: null, landingUrl },\n      text",
      ),
    ],
    cause: "derive-creative.ts",
  },
];
