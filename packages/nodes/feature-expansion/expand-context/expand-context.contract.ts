import { NormalRequest, OrganicFeed, RequestContext } from "../slots.ts";

export const expandContextContract = {
  owner: "ads-serving",
  purpose: "computes the features that depend on neither user nor ad",
  reads: [NormalRequest, OrganicFeed],
  writes: [RequestContext],
  budgetMs: 1,
} as const;
