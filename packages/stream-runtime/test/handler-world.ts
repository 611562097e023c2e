/** Two tables and what is derived of them: terms per ad group from its campaign, and a summary per campaign of its groups. */
import { graph, node, slot } from "@tenon/graph-core";
import { entity, read, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo/api";
import { z } from "zod";
import { rowSchema, WorkItem } from "../src/api/index.ts";
import { childRows, handler, ownRow, parentRow } from "../src/index.ts";

const owner = "ads-streams" as const;

export const Campaign = entity("campaign", {
  owner,
  purpose: "a budget holder",
  key: z.string(),
  groups: {
    money: { owner, class: "control", columns: { budgetMicros: z.int(), name: z.string() } },
    summary: { owner, class: "content", columns: { groups: z.int(), topBidMicros: z.int() } },
  },
});

export const AdGroup = entity("ad_group", {
  owner,
  purpose: "a bidder",
  key: z.int(),
  groups: {
    bid: { owner, class: "control", columns: { bidMicros: z.int(), campaignId: z.string().nullable() } },
    terms: { owner, class: "content", columns: { servable: z.boolean(), bidCappedMicros: z.int() } },
  },
  lookups: ["campaignId"],
  mapping: ["campaignId"],
});

export const ENTITIES = [Campaign, AdGroup] as const;

export const CampaignMoney = read(Campaign, ["budgetMicros"]);
export const GroupBid = read(AdGroup, ["bidMicros", "campaignId"]);
export const GroupOfCampaign = read(AdGroup, ["bidMicros", "campaignId"]);
export const GroupAll = read(AdGroup, ["bidMicros", "campaignId", "servable", "bidCappedMicros"]);
export const CampaignAll = read(Campaign, ["budgetMicros", "name", "groups", "topBidMicros"]);

const Group = slot("group", z.nullable(rowSchema(GroupBid)), { owner });
const GroupCampaign = slot("groupCampaign", z.nullable(rowSchema(CampaignMoney)), { owner });
const TermsWrites = slot("termsWrites", writeSetSchema([AdGroup]), { owner, leaves: "outside" });
const CampaignRow = slot("campaignRow", z.nullable(rowSchema(CampaignMoney)), { owner });
const CampaignGroups = slot("campaignGroups", z.array(rowSchema(GroupOfCampaign)), { owner });
const SummaryWrites = slot("summaryWrites", writeSetSchema([Campaign]), { owner, leaves: "outside" });

/** The pure rules, also used by the oracle's check of the world, not by its recomputation. */
const deriveTerms = node({
  owner,
  purpose: "says whether a group can serve, and at which bid",
  reads: [Group, GroupCampaign, WorkItem],
  writes: [TermsWrites],
  run: ({ group, groupCampaign, workItem: { version } }) => {
    const builder = new WriteSetBuilder();
    if (group !== null) {
      const bidMicros = group.columns.bidMicros ?? 0;
      const budgetMicros = groupCampaign?.columns.budgetMicros ?? 0;
      builder.write(AdGroup, "terms", {
        key: group.key,
        version,
        columns: {
          servable: groupCampaign !== null && budgetMicros > 0,
          bidCappedMicros: Math.min(bidMicros, budgetMicros),
        },
      });
    }
    return { termsWrites: builder.build() as never };
  },
});

const summarise = node({
  owner,
  purpose: "counts the groups of a campaign",
  reads: [CampaignRow, CampaignGroups, WorkItem],
  writes: [SummaryWrites],
  run: ({ campaignRow, campaignGroups, workItem: { version } }) => {
    const builder = new WriteSetBuilder();
    if (campaignRow !== null) {
      const topBidMicros = Math.max(0, ...campaignGroups.map(({ columns }) => columns.bidMicros ?? 0));
      const columns = { groups: campaignGroups.length, topBidMicros };
      builder.write(Campaign, "summary", { key: campaignRow.key, version, columns });
    }
    return { summaryWrites: builder.build() as never };
  },
});

export const groupTerms = handler({
  ...{ name: "group-terms", owner, purpose: "terms per ad group" },
  inputs: [ownRow(Group, GroupBid), parentRow(GroupCampaign, CampaignMoney, { of: GroupBid, column: "campaignId" })],
  graph: graph({
    ...{ name: "group-terms", owner, request: [Group, GroupCampaign, WorkItem], nodes: { deriveTerms } },
    respond: [TermsWrites],
  }),
  writes: TermsWrites,
  produces: [{ entity: AdGroup, groups: ["terms"] }],
});

export const campaignSummary = handler({
  ...{ name: "campaign-summary", owner, purpose: "groups per campaign" },
  inputs: [ownRow(CampaignRow, CampaignMoney), childRows(CampaignGroups, GroupOfCampaign, { column: "campaignId" })],
  graph: graph({
    ...{ name: "campaign-summary", owner, request: [CampaignRow, CampaignGroups, WorkItem], nodes: { summarise } },
    respond: [SummaryWrites],
  }),
  writes: SummaryWrites,
  produces: [{ entity: Campaign, groups: ["summary"] }],
});
