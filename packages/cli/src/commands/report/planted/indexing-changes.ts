/** Changes of the handlers of the index: rows in, documents out. */
import type { TrueChange } from "./change.ts";

const ARGUS = "packages/nodes/argus";

export const INDEXING_CHANGES: readonly TrueChange[] = [
  {
    name: "changed handler",
    node: "deriveOffer",
    owner: "ads-auction",
    edits: [
      {
        file: `${ARGUS}/derive-offer/derive-offer.ts`,
        find: "floorMicros: adFloor.columns.floorMicros,",
        replace: "floorMicros: adFloor.columns.floorMicros + 1_000,",
      },
    ],
    cause: "derive-offer.ts",
  },
  {
    name: "dropped column",
    node: "deriveCreative",
    owner: "ads-blending",
    edits: [
      {
        file: `${ARGUS}/derive-creative/derive-creative.ts`,
        find: "...{ title, body, landingUrl },\n      text",
        replace: "...{ title, body: null, landingUrl },\n      text",
      },
    ],
    cause: "derive-creative.ts",
  },
];
