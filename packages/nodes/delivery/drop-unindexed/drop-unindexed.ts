import { ROW_FOUND } from "@tenon/ad-index/api";
import { drop, filter } from "@tenon/graph-core";
import { indexVerdict } from "../shared/ineligible.ts";
import { dropUnindexedContract } from "./drop-unindexed.contract.ts";

/** First of the filters: the columns of a missing row are zeros, which the others would take for values. */
export const dropUnindexed = filter({
  ...dropUnindexedContract,
  run: ({ retrievedAds }, _context) => {
    const status = retrievedAds.column("indexStatus");
    const unindexed = indexVerdict(retrievedAds, ["not_indexed"]);
    return (row) => (status.at(row) === ROW_FOUND ? unindexed(row) : drop("not_indexed"));
  },
});
