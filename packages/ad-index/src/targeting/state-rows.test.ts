import fc from "fast-check";
import { expect, test } from "vitest";
import { hasBit } from "../bits/bitset.ts";
import { sampleAds } from "../conformance/index.ts";
import { StateRows } from "./state-rows.ts";

test("each set holds the rows in its state, never an empty row, also after storing", () => {
  fc.assert(
    fc.property(fc.array(fc.option(sampleAds(), { nil: undefined, freq: 5 }), { maxLength: 70 }), (ads) => {
      const states = StateRows.of(ads.map((ad) => ad?.document));
      const loaded = StateRows.fromSections(states.toSections(), ads.length);
      for (const { active, creativeApproved, policyApproved } of [states, loaded]) {
        for (const [row, ad] of ads.entries()) {
          expect(hasBit(active, row)).toBe(ad?.document.status === "active");
          expect(hasBit(creativeApproved, row)).toBe(ad?.document.creativeReview === "approved");
          expect(hasBit(policyApproved, row)).toBe(ad?.document.policyReview === "approved");
        }
      }
    }),
  );
});
