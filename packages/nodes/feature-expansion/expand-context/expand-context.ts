import { node } from "@tenon/graph-core";
import { expandContextContract } from "./expand-context.contract.ts";

const HOURS_PER_DAY = 24;

export const expandContext = node({
  ...expandContextContract,
  run: ({ normalRequest: { dayOfWeekUtc, hourOfDayUtc, hourOfDayLocal, adSlotsWanted }, organicFeed }) => {
    const angle = (2 * Math.PI * (hourOfDayLocal ?? hourOfDayUtc)) / HOURS_PER_DAY;
    const utilitySum = organicFeed.reduce((sum, { utility }) => sum + utility, 0);
    const organicItemCount = organicFeed.length;
    return {
      requestContext: {
        isWeekendUtc: dayOfWeekUtc === 0 || dayOfWeekUtc === 6,
        hourCosine: Math.cos(angle),
        hourSine: Math.sin(angle),
        organicItemCount,
        organicUtilityMean: organicItemCount === 0 ? null : Math.min(1, utilitySum / organicItemCount),
        adLoadWanted: adSlotsWanted / (adSlotsWanted + organicItemCount),
      },
    };
  },
});
