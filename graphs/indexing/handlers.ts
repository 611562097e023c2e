/** Every handler of the index: whose logic derives what. Two of one column, or a circle, are refused when they are run. */
import { adCreativeHandler } from "./ad-creative.handler.ts";
import { adDeliveryHandler } from "./ad-delivery.handler.ts";
import { adEmbeddingHandler } from "./ad-embedding.handler.ts";
import { adImageHandler } from "./ad-image.handler.ts";
import { adInterestsHandler } from "./ad-interests.handler.ts";
import { adLandingHandler } from "./ad-landing.handler.ts";
import { adOfferHandler } from "./ad-offer.handler.ts";
import { adPerformanceHandler } from "./ad-performance.handler.ts";
import { adRelevanceHandler } from "./ad-relevance.handler.ts";
import { adTargetingHandler } from "./ad-targeting.handler.ts";
import { servableHandler } from "./servable.handler.ts";
import { servingTermsHandler } from "./serving-terms.handler.ts";

export const ARGUS_HANDLERS = [
  servingTermsHandler,
  adDeliveryHandler,
  adOfferHandler,
  adTargetingHandler,
  adCreativeHandler,
  adImageHandler,
  adRelevanceHandler,
  adInterestsHandler,
  adPerformanceHandler,
  adLandingHandler,
  adEmbeddingHandler,
  servableHandler,
] as const;
