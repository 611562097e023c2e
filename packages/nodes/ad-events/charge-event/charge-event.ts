import { node } from "@tenon/graph-core";
import { chargeEventContract } from "./charge-event.contract.ts";

export const chargeEvent = node({
  ...chargeEventContract,
  run: ({ adEvent: { action, surface, chargedMicros, eventId } }) => {
    if (chargedMicros < 0)
      throw new RangeError(`event "${eventId}" charges ${chargedMicros} micros; refunds are not events`);
    return {
      countedEvent: {
        impressions: Number(action === "impression"),
        clicks: Number(action === "click"),
        spendMicros: chargedMicros,
        surface,
      },
    };
  },
});
