import { NormalRequest, QueryWords, TargetingUser } from "../../feature-expansion/slots.ts";
import { TargetingQuery } from "../slots.ts";

export const buildTargetingQueryContract = {
  owner: "ads-retrieval",
  purpose: "states the attributes that ads are matched against",
  reads: [NormalRequest, TargetingUser],
  soft: [QueryWords],
  writes: [TargetingQuery],
  budgetMs: 1,
} as const;
