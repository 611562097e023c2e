import fc from "fast-check";
import { expect, test } from "vitest";
import { CampaignRows } from "./campaign-rows.ts";

test("every campaign has its rows, ascending, and no other has any", () => {
  const campaignId = fc.oneof(fc.integer({ min: -1, max: 6 }), fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 40));
  fc.assert(
    fc.property(fc.array(campaignId, { maxLength: 40 }), (campaigns) => {
      const rows = new CampaignRows(Float64Array.from(campaigns));
      for (const wanted of [0, 3, 6, 7, 2 ** 40, 2 ** 41, Number.MAX_SAFE_INTEGER]) {
        const expected = campaigns.flatMap((found, row) => (found === wanted ? [row] : []));
        expect([...rows.rowsOf(wanted)]).toEqual(expected);
      }
    }),
  );
});
