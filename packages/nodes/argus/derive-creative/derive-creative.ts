import type { AdSignals } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveCreativeContract } from "./derive-creative.contract.ts";

const PRICE = /[$€£¥]\s?\d|\d\s?(?:[$€£¥]|usd\b|eur\b|gbp\b)/i;
const DISCOUNT = /\d\s?%|\b(?:off|sale|discount)\b/i;

export const deriveCreative = node({
  ...deriveCreativeContract,
  run: ({ adLinks, campaignBrand, creativeText, workItem: { version } }) => {
    if (adLinks === null || adLinks.columns.adGroupId === null) return { creativeWrites: {} };
    const { title = null, body = null, landingUrl = null } = creativeText?.columns ?? {};
    const columns = {
      brand: campaignBrand?.columns.brand ?? null,
      ...{ title, body, landingUrl },
      text: title === null || body === null || landingUrl === null ? null : textOf({ title, body, landingUrl }),
      creativeSourceAtMs: newestSourceAtMs([campaignBrand, creativeText]),
    };
    const { key } = adLinks;
    return { creativeWrites: { ad_document: { groups: { creative: [{ key, version, columns }] } } } };
  },
});

function textOf({
  title,
  body,
  landingUrl,
}: Readonly<Record<"title" | "body" | "landingUrl", string>>): AdSignals["text"] {
  const words = `${title} ${body}`;
  return {
    landingDomain: new URL(landingUrl).hostname,
    titleCharacters: charactersIn(title),
    titleWords: wordsIn(title),
    bodyCharacters: charactersIn(body),
    bodyWords: wordsIn(body),
    hasPrice: PRICE.test(words),
    hasDiscount: DISCOUNT.test(words),
  };
}

/** As people count, not as UTF-16 does. */
function charactersIn(text: string): number {
  return [...text].length;
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}
