/** Two handlers in a circle: a group's capped bid follows its campaign's top bid, which follows the capped bids of its groups. */
import { graph, node, slot } from "@tenon/graph-core";
import { read, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo/api";
import { z } from "zod";
import { rowSchema, WorkItem } from "../src/api/index.ts";
import { childRows, type Handler, handler, ownRow, parentRow } from "../src/index.ts";
import { AdGroup, Campaign, GroupBid } from "./handler-world.ts";

const owner = "ads-streams" as const;
const CampaignTop = read(Campaign, ["topBidMicros"]);
const CampaignName = read(Campaign, ["name"]);
const GroupCapped = read(AdGroup, ["bidCappedMicros", "campaignId"]);

const Group = slot("climbingGroup", z.nullable(rowSchema(GroupBid)), { owner });
const Top = slot("climbingTop", z.nullable(rowSchema(CampaignTop)), { owner });
const TermsWrites = slot("climbingTerms", writeSetSchema([AdGroup]), { owner, leaves: "outside" });
const CampaignRow = slot("climbingCampaign", z.nullable(rowSchema(CampaignName)), { owner });
const Groups = slot("climbingGroups", z.array(rowSchema(GroupCapped)), { owner });
const SummaryWrites = slot("climbingSummary", writeSetSchema([Campaign]), { owner, leaves: "outside" });

/** One step above the top, up to the bid: comes to rest after as many rounds as the highest bid has steps. */
const climb = node({
  owner,
  purpose: "raises a capped bid one step above the top of its campaign",
  reads: [Group, Top, WorkItem],
  writes: [TermsWrites],
  run: ({ climbingGroup: group, climbingTop: top, workItem: { version } }) => {
    const builder = new WriteSetBuilder();
    if (group !== null) {
      const bidCappedMicros = Math.min(group.columns.bidMicros ?? 0, (top?.columns.topBidMicros ?? 0) + 1);
      builder.write(AdGroup, "terms", { key: group.key, version, columns: { servable: true, bidCappedMicros } });
    }
    return { climbingTerms: builder.build() as never };
  },
});

const topOf = node({
  owner,
  purpose: "finds the highest capped bid of a campaign",
  reads: [CampaignRow, Groups, WorkItem],
  writes: [SummaryWrites],
  run: ({ climbingCampaign: campaign, climbingGroups: groups, workItem: { version } }) => {
    const builder = new WriteSetBuilder();
    if (campaign !== null) {
      const topBidMicros = Math.max(0, ...groups.map(({ columns }) => columns.bidCappedMicros ?? 0));
      builder.write(Campaign, "summary", {
        ...{ key: campaign.key, version, columns: { groups: groups.length, topBidMicros } },
      });
    }
    return { climbingSummary: builder.build() as never };
  },
});

/** The circle, in which a change may come round so often. */
export function climbing(rounds: number): readonly [climber: Handler, top: Handler] {
  const climber = handler({
    ...{ name: "climber", owner, purpose: "capped bids", rounds },
    inputs: [ownRow(Group, GroupBid), parentRow(Top, CampaignTop, { of: GroupBid, column: "campaignId" })],
    graph: graph({
      ...{ name: "climber", owner, request: [Group, Top, WorkItem], nodes: { climb }, respond: [TermsWrites] },
    }),
    writes: TermsWrites,
    produces: [{ entity: AdGroup, groups: ["terms"] }],
  });
  const top = handler({
    ...{ name: "top-of-campaign", owner: "ads-delivery" as const, purpose: "top bids" },
    inputs: [ownRow(CampaignRow, CampaignName), childRows(Groups, GroupCapped, { column: "campaignId" })],
    graph: graph({
      ...{ name: "top-of-campaign", owner, request: [CampaignRow, Groups, WorkItem], nodes: { topOf } },
      respond: [SummaryWrites],
    }),
    writes: SummaryWrites,
    produces: [{ entity: Campaign, groups: ["summary"] }],
  });
  return [climber, top];
}
