import { PacedAds } from "../../delivery/slots.ts";
import { EmbeddingsResource } from "../../feature-expansion/resources.ts";
import { QueryEmbedding, UserEmbedding } from "../../feature-expansion/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { CategoryMatch } from "../slots.ts";

export const matchCategoriesContract = {
  owner: "ads-ranking",
  purpose: "compares the category of every candidate with the user's interests and with the query",
  of: PacedAds,
  reads: [UserEmbedding],
  soft: [QueryEmbedding],
  writes: [CategoryMatch],
  uses: [EmbeddingsResource],
  columns: [readsOfAds("category")],
  budgetMs: 2,
} as const;
