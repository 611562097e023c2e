import { drop, filter } from "@tenon/graph-core";
import { dropUnrecordedContract } from "./drop-unrecorded.contract.ts";

/** Before places are given, so that the feed has no hole. Prices stand: what a rival would have shown is not its bid. */
export const dropUnrecorded = filter({
  ...dropUnrecordedContract,
  run: ({ auctionWinners, adRecords: { loaded, found } }) => {
    const recorded = new Set<number>(found.map(({ adId }) => adId));
    return (row) => {
      if (recorded.has(auctionWinners.ids.at(row))) return undefined;
      return loaded
        ? drop("not_indexed", "a record of the ad", "none")
        : drop("error", "records of the winners", "none");
    };
  },
});
