import { drop, filter } from "@tenon/graph-core";
import { floorOf, reachesFloor, surfaceAuction } from "../shared/surface-auction.ts";
import { dropBelowFloorContract } from "./drop-below-floor.contract.ts";

/** Before prices are set: a bid below its floor must not set the price of another. */
export const dropBelowFloor = filter({
  ...dropBelowFloorContract,
  run: ({ trimmedAds, auctionScore: { bidEcpmMicros }, normalRequest, arms }, { uses }) => {
    const surface = surfaceAuction(uses.auctionPolicy, normalRequest.surface, arms);
    const adFloorMicros = trimmedAds.column("floorMicros");
    return (row) => {
      const floorMicros = floorOf(adFloorMicros.at(row), surface);
      const worthMicros = bidEcpmMicros.at(row);
      return reachesFloor(worthMicros, floorMicros, surface)
        ? undefined
        : drop("below_floor", floorMicros, worthMicros);
    };
  },
});
