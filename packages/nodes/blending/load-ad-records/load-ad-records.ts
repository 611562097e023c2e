import { node } from "@tenon/graph-core";
import { loadAdRecordsContract } from "./load-ad-records.contract.ts";

export const loadAdRecords = node({
  ...loadAdRecordsContract,
  run: async ({ auctionWinners }, { uses: { adIndex }, signal }) => {
    const { found } = await adIndex.forwardRecords(auctionWinners.ids, signal);
    return {
      adRecords: {
        loaded: true,
        found: found.map(({ adId, brand, title, body, landingUrl }) => ({ adId, brand, title, body, landingUrl })),
      },
    };
  },
});
