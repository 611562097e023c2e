import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { userCountsTable } from "../../feature-expansion/shared/user-counts-table.ts";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adsOf } from "../../testing/ads.ts";
import { attachUserCounts } from "../attach-user-counts/attach-user-counts.ts";
import { capByFrequency } from "./cap-by-frequency.ts";

runAdGoldens(capByFrequency, import.meta.dirname);

const cap = fc.integer({ min: -1, max: 3 });
const cappedAds = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 1, max: 20 }), campaignCapPer7Days: cap, adCapPer1Days: cap }),
  { selector: ({ id }) => id, maxLength: 8 },
);

for (const status of ["unknownUser", "unavailable"] as const) {
  test(`${status}: "drop" keeps exactly the ads without a cap, "serve" keeps all`, async () => {
    await fc.assert(
      fc.asyncProperty(cappedAds, fc.constantFrom("drop", "serve"), async (rows, choice) => {
        const allowedAds = adsOf(rows);
        const { adCounts } = await runNode(attachUserCounts, {
          allowedAds,
          userCounts: { status, ...userCountsTable([]) },
        });
        const other = choice === "drop" ? "serve" : "drop";
        const frequencyPolicy = {
          caps: [],
          unknownUser: status === "unknownUser" ? choice : other,
          countsUnavailable: status === "unavailable" ? choice : other,
        };
        const { cappedAds: kept } = await runNode(
          capByFrequency,
          { allowedAds, adCounts },
          { uses: { frequencyPolicy } },
        );
        const expected = rows.filter(
          (ad) => choice === "serve" || (ad.campaignCapPer7Days === -1 && ad.adCapPer1Days === -1),
        );
        expect(Array.from({ length: kept.size }, (_, row) => kept.ids.at(row))).toEqual(expected.map(({ id }) => id));
      }),
    );
  });
}
