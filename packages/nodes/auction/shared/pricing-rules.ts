import type { Mechanism } from "../resources.ts";
import { firstPrice } from "./first-price.ts";
import { generalisedSecondPrice } from "./generalised-second-price.ts";
import type { PricingRule } from "./ranked-bid.ts";
import { vcg } from "./vcg.ts";

export const PRICING_RULES: Readonly<Record<Mechanism, PricingRule>> = { generalisedSecondPrice, vcg, firstPrice };
