/** M06: the recipe of an edit is async, so the draft is used after it was revoked. */
import { graph, node, slot } from "@tenon/graph-core";
import { edit } from "@tenon/graph-core/edit";
import { z } from "zod";

const campaignShape = z.object({ id: z.int(), budget: z.object({ dailyMicros: z.int() }) });
const Campaign = slot("campaign", campaignShape, { owner: "ads-data" });
const UpdatedCampaign = slot("updatedCampaign", campaignShape, { owner: "ads-delivery" });

const loadBudget = async (): Promise<number> => 5_000_000;

const updateBudget = node({
  owner: "ads-delivery",
  purpose: "takes over the budget that was loaded",
  reads: [Campaign],
  writes: [UpdatedCampaign],
  async: true,
  onFailure: "failRequest",
  run: async ({ campaign }) => {
    const dailyMicros = await loadBudget();
    return {
      // untyped: updatedCampaign: edit(campaign, (async (draft: any) => void Object.assign(draft.budget, { dailyMicros: (await loadBudget()) && dailyMicros })) as any),
      // defect: updatedCampaign: edit(campaign, async (draft) => void Object.assign(draft.budget, { dailyMicros: (await loadBudget()) && dailyMicros })),
      updatedCampaign: edit(campaign, (draft) => void Object.assign(draft.budget, { dailyMicros })),
    };
  },
});

export const example = graph({
  name: "m06",
  owner: "ads-serving",
  request: [Campaign],
  nodes: { updateBudget },
  respond: [UpdatedCampaign],
});

export const request = { campaign: { id: 7, budget: { dailyMicros: 1_000_000 } } };
export const response = { updatedCampaign: { id: 7, budget: { dailyMicros: 5_000_000 } } };
