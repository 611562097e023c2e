/** Random histories of a tree of four levels, and what must be derived of it: plain loops, no code of the runtime. */
import { type WriteSet, WriteSetBuilder } from "@tenon/storage-repo/api";
import fc from "fast-check";
import { Ad, Advertiser, Campaign, Group } from "./tree-world.ts";

export type TreeWrite =
  | { readonly kind: "advertiser"; readonly key: number; readonly brand: number }
  | { readonly kind: "campaign"; readonly key: number; readonly budget: number; readonly advertiserId: number }
  | { readonly kind: "group"; readonly key: string; readonly bid: number; readonly campaignId: number | null }
  | { readonly kind: "ad"; readonly key: number; readonly creative: number; readonly groupId: string }
  | { readonly kind: "delete"; readonly of: "advertiser" | "campaign" | "group" | "ad"; readonly key: number };

const key = fc.integer({ min: 1, max: 2 });
const value = fc.integer({ min: 0, max: 4 });
const groupId = key.map((each) => `g${each}`);
const treeWrite: fc.Arbitrary<TreeWrite> = fc.oneof(
  fc.record({ kind: fc.constant("advertiser" as const), key, brand: value }),
  fc.record({ kind: fc.constant("campaign" as const), key, budget: value, advertiserId: key }),
  fc.record({ kind: fc.constant("group" as const), key: groupId, bid: value, campaignId: fc.option(key) }),
  fc.record({ kind: fc.constant("ad" as const), key: fc.integer({ min: 1, max: 5 }), creative: value, groupId }),
  fc.record({
    kind: fc.constant("delete" as const),
    of: fc.constantFrom("advertiser" as const, "campaign", "group", "ad"),
    key,
  }),
);
export const treeWrites = fc.array(treeWrite, { maxLength: 40 });

export function treeWriteOf(write: TreeWrite, version: bigint): WriteSet {
  const builder = new WriteSetBuilder();
  switch (write.kind) {
    case "advertiser": {
      const { key: id, brand } = write;
      return builder
        .write(Advertiser, "facts", { key: id, version, columns: { brand } })
        .restore(Advertiser, { key: id, version })
        .build();
    }
    case "campaign": {
      const { key: id, budget, advertiserId } = write;
      return builder
        .write(Campaign, "facts", { key: id, version, columns: { budget, advertiserId } })
        .restore(Campaign, { key: id, version })
        .build();
    }
    case "group": {
      const { key: id, bid, campaignId } = write;
      return builder
        .write(Group, "facts", { key: id, version, columns: { bid, campaignId } })
        .restore(Group, { key: id, version })
        .build();
    }
    case "ad": {
      const { key: id, creative, groupId: under } = write;
      return builder
        .write(Ad, "facts", { key: id, version, columns: { creative, groupId: under } })
        .restore(Ad, { key: id, version })
        .build();
    }
    case "delete":
      return deletion(write.of, write.key, version);
  }
}

function deletion(of: "advertiser" | "campaign" | "group" | "ad", id: number, version: bigint): WriteSet {
  const builder = new WriteSetBuilder();
  if (of === "advertiser") return builder.delete(Advertiser, { key: id, version }).build();
  if (of === "campaign") return builder.delete(Campaign, { key: id, version }).build();
  if (of === "group") return builder.delete(Group, { key: `g${id}`, version }).build();
  return builder.delete(Ad, { key: id, version }).build();
}

/** The label of every ad, from the writes alone. */
export function labelsOf(all: readonly TreeWrite[]): ReadonlyMap<number, string> {
  const rows = { advertiser: new Map(), campaign: new Map(), group: new Map(), ad: new Map() };
  for (const write of all) {
    if (write.kind === "delete") rows[write.of].delete(write.of === "group" ? `g${write.key}` : write.key);
    else rows[write.kind].set(write.key, write);
  }
  const labels = new Map<number, string>();
  for (const ad of rows.ad.values()) {
    const group = rows.group.get(ad.groupId);
    const campaign = group && rows.campaign.get(group.campaignId);
    const advertiser = campaign && rows.advertiser.get(campaign.advertiserId);
    const parts = [ad.creative, group?.bid, campaign?.budget, advertiser?.brand];
    labels.set(ad.key, parts.map((part) => part ?? "none").join("/"));
  }
  return labels;
}
