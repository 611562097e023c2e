/** Four tables, each row under one of the next: an ad's label says all that is above it, and is sent when it is written. */
import { topic } from "@tenon/event-log/api";
import { graph, node, slot } from "@tenon/graph-core";
import { entity, read, type WriteSet, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo/api";
import { z } from "zod";
import { type Message, messagesOf, rowSchema, WorkItem } from "../src/api/index.ts";
import { handler, ownRow, parentRow } from "../src/index.ts";

const owner = "ads-streams" as const;
const facts = { owner, class: "control" } as const;

export const Advertiser = entity("tree_advertiser", {
  ...{ owner, purpose: "the top", key: z.int() },
  groups: { facts: { ...facts, columns: { brand: z.int() } } },
});
export const Campaign = entity("tree_campaign", {
  ...{ owner, purpose: "under an advertiser", key: z.int(), lookups: ["advertiserId"] },
  groups: { facts: { ...facts, columns: { budget: z.int(), advertiserId: z.int() } } },
});
export const Group = entity("tree_group", {
  ...{ owner, purpose: "under a campaign", key: z.string(), lookups: ["campaignId"] },
  groups: { facts: { ...facts, columns: { bid: z.int(), campaignId: z.int().nullable() } } },
});
export const Ad = entity("tree_ad", {
  ...{ owner, purpose: "under a group", key: z.int(), lookups: ["groupId"] },
  groups: {
    facts: { ...facts, columns: { creative: z.int(), groupId: z.string() } },
    label: { owner, class: "content", columns: { label: z.string() } },
  },
});
export const TREE = [Advertiser, Campaign, Group, Ad] as const;

const AdRead = read(Ad, ["creative", "groupId"]);
const GroupRead = read(Group, ["bid", "campaignId"]);
const CampaignRead = read(Campaign, ["budget", "advertiserId"]);
const AdvertiserRead = read(Advertiser, ["brand"]);
export const LabelRead = read(Ad, ["label"]);

export const Labels = topic("labels", z.strictObject({ adId: z.int(), label: z.string(), version: z.int() }), {
  ...{ owner, purpose: "what became of an ad's label", partitions: 2, retentionMs: 3_600_000 },
  ...{ class: "content", unreadable: "deadLetter" },
});

const OwnAd = slot("ownAd", z.nullable(rowSchema(AdRead)), { owner });
const AdGroup = slot("adGroup", z.nullable(rowSchema(GroupRead)), { owner });
const AdCampaign = slot("adCampaign", z.nullable(rowSchema(CampaignRead)), { owner });
const AdAdvertiser = slot("adAdvertiser", z.nullable(rowSchema(AdvertiserRead)), { owner });
const LabelWrites = slot("labelWrites", writeSetSchema([Ad]), { owner, leaves: "outside" });
export const LabelMessages = slot("labelMessages", messagesOf(Labels), { owner, leaves: "outside" });

/** A label from the parts that are there, outermost last. */
export function labelOf(parts: readonly (number | null | undefined)[]): string {
  return parts.map((part) => part ?? "none").join("/");
}

const labelAd = node({
  owner,
  purpose: "says what is above an ad",
  reads: [OwnAd, AdGroup, AdCampaign, AdAdvertiser, WorkItem],
  writes: [LabelWrites, LabelMessages],
  run: ({ ownAd, adGroup, adCampaign, adAdvertiser, workItem: { version } }) => {
    if (ownAd === null) return { labelWrites: {} as never, labelMessages: [] };
    const label = labelOf([
      ownAd.columns.creative,
      adGroup?.columns.bid,
      adCampaign?.columns.budget,
      adAdvertiser?.columns.brand,
    ]);
    const writes: WriteSet = new WriteSetBuilder()
      .write(Ad, "label", { key: ownAd.key, version, columns: { label } })
      .build();
    const value = { adId: ownAd.key, label, version: Number(version) };
    const labelMessages: readonly Message<typeof value>[] = [{ key: String(ownAd.key), timeMs: 0, value }];
    return { labelWrites: writes as never, labelMessages: labelMessages as never };
  },
});

export const WAY_UP = [
  ownRow(OwnAd, AdRead),
  parentRow(AdGroup, GroupRead, { of: AdRead, column: "groupId" }),
  parentRow(AdCampaign, CampaignRead, { of: GroupRead, column: "campaignId" }),
  parentRow(AdAdvertiser, AdvertiserRead, { of: CampaignRead, column: "advertiserId" }),
] as const;

/** Derives and sends the label of every ad. */
export const adLabels = handler({
  ...{ name: "ad-labels", owner, purpose: "labels of ads" },
  inputs: WAY_UP,
  graph: graph({
    ...{ name: "ad-labels", owner, request: [OwnAd, AdGroup, AdCampaign, AdAdvertiser, WorkItem], nodes: { labelAd } },
    respond: [LabelWrites, LabelMessages],
  }),
  writes: LabelWrites,
  produces: [{ entity: Ad, groups: ["label"] }],
  sinks: { labelMessages: Labels },
});
