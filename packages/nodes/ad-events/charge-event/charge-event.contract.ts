import { AdEvent, CountedEvent } from "../slots.ts";

export const chargeEventContract = {
  owner: "ads-measurement",
  purpose: "says what one event adds to the counts and the spend of its ad",
  reads: [AdEvent],
  writes: [CountedEvent],
} as const;
