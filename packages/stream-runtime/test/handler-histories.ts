/** Random histories of campaigns and ad groups, and what must be derived of them. */
import { type WriteSet, WriteSetBuilder } from "@tenon/storage-repo/api";
import fc from "fast-check";
import { AdGroup, Campaign } from "./handler-world.ts";

export type Write =
  | { readonly kind: "campaign"; readonly key: string; readonly budgetMicros: number }
  | { readonly kind: "group"; readonly key: number; readonly bidMicros: number; readonly campaignId: string | null }
  | { readonly kind: "deleteGroup"; readonly key: number }
  | { readonly kind: "deleteCampaign"; readonly key: string };
export type Step = Write | { readonly kind: "wait"; readonly ms: number };

const campaignKey = fc.constantFrom("red", "green", "blue");
const groupKey = fc.integer({ min: 1, max: 4 });
const amount = fc.integer({ min: 0, max: 3 });
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant("campaign" as const), key: campaignKey, budgetMicros: amount }),
  fc.record({
    kind: fc.constant("group" as const),
    key: groupKey,
    bidMicros: amount,
    campaignId: fc.option(campaignKey),
  }),
  fc.record({ kind: fc.constant("deleteGroup" as const), key: groupKey }),
  fc.record({ kind: fc.constant("deleteCampaign" as const), key: campaignKey }),
);
export const writes: fc.Arbitrary<readonly Write[]> = fc.array(write, { maxLength: 40 });
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: write },
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40 }) }),
  ),
  { maxLength: 40 },
);

export function writeOf(step: Write, version: bigint): WriteSet {
  const builder = new WriteSetBuilder();
  switch (step.kind) {
    case "campaign":
      return builder
        .write(Campaign, "money", {
          key: step.key,
          version,
          columns: { budgetMicros: step.budgetMicros, name: step.key },
        })
        .restore(Campaign, { key: step.key, version })
        .build();
    case "group": {
      const { key, bidMicros, campaignId } = step;
      return builder
        .write(AdGroup, "bid", { key, version, columns: { bidMicros, campaignId } })
        .restore(AdGroup, { key, version })
        .build();
    }
    case "deleteGroup":
      return builder.delete(AdGroup, { key: step.key, version }).build();
    case "deleteCampaign":
      return builder.delete(Campaign, { key: step.key, version }).build();
  }
}

/** What must be there, from the steps alone. */
export function recompute(all: readonly Step[]) {
  const campaigns = new Map<string, number>();
  const groups = new Map<number, { bidMicros: number; campaignId: string | null }>();
  for (const step of all) {
    if (step.kind === "campaign") campaigns.set(step.key, step.budgetMicros);
    if (step.kind === "group") groups.set(step.key, step);
    if (step.kind === "deleteGroup") groups.delete(step.key);
    if (step.kind === "deleteCampaign") campaigns.delete(step.key);
  }
  return {
    groups: [...groups]
      .sort(([one], [other]) => one - other)
      .map(([key, { bidMicros, campaignId }]) => {
        const budget = campaignId === null ? undefined : campaigns.get(campaignId);
        return { key, servable: (budget ?? 0) > 0, bidCappedMicros: Math.min(bidMicros, budget ?? 0) };
      }),
    campaigns: [...campaigns]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key]) => {
        const own = [...groups.values()].filter(({ campaignId }) => campaignId === key);
        return { key, groups: own.length, topBidMicros: Math.max(0, ...own.map(({ bidMicros }) => bidMicros)) };
      }),
  };
}
