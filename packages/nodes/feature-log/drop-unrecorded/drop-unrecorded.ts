import { drop, filter } from "@tenon/graph-core";
import { dropUnrecordedContract } from "./drop-unrecorded.contract.ts";

/** The next ad stands `gapMin` items further down or more, so moving up by one breaks neither gap nor top slot. */
export const dropUnrecorded = filter({
  ...dropUnrecordedContract,
  run: ({ placedAds, adRecords: { loaded, found } }) => {
    const recorded = new Set<number>(found.map(({ adId }) => adId));
    return (row) => {
      if (recorded.has(placedAds.ids.at(row))) return undefined;
      return loaded ? drop("not_indexed", "a record of the ad", "none") : drop("error", "records of the placed ads", "none");
    };
  },
});
