/** A marketplace of real brands with seeded campaigns, users, requests and clicks. */
export {
  type Catalogue,
  type CatalogueBrand,
  type CatalogueCategory,
  type CatalogueCity,
  type CatalogueOrganisation,
  loadCatalogue,
} from "./catalogue.ts";
export { CatalogueFileError } from "./catalogue-file-error.ts";
export { EMBEDDING_DIMENSIONS, type LocationRule } from "./catalogue-tables.ts";
export { categoryRows, isMealCategory, isRestrictedCategory } from "./category-traits.ts";
export { clickContexts, type ShownAd } from "./click-context.ts";
export { type ClickContext, type ClickTruth, clickTruth } from "./click-truth.ts";
export { embedBrand, embedInterests, embedText } from "./embed.ts";
export { cosine } from "./embed-text.ts";
export {
  generateMarketplace,
  MARKETPLACE_NOW_MS,
  type Marketplace,
  type MarketplaceOptions,
} from "./generate-marketplace.ts";
export { generateQuery } from "./generate-query.ts";
export { generateRequests, type RequestOptions } from "./generate-requests.ts";
export { generateUsers, openUsers, type Users } from "./generate-users.ts";
export { isPresent } from "./location.ts";
export { type Random, randomStream } from "./random.ts";
export { type ClickTrial, simulateClicks } from "./simulate-clicks.ts";
export { wordsOf } from "./words.ts";
