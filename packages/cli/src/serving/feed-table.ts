/** An answer for people: which ads, where, at what price, and why. */
import type { OnceAnswer } from "@tenon/admixer";
import type { Colors } from "../output/colors.ts";
import { tableLines } from "../output/table.ts";

type AdResponse = OnceAnswer["response"];
type Position = AdResponse["positions"][number];
type AdPosition = Extract<Position, { readonly kind: "ad" }>;

const MICROS = 1_000_000;
const PRICE_DIGITS = 4;
const TITLE_CELLS_MAX = 34;
const REASON_CELLS_MAX = 90;

/** Lines of the ads of a feed; the organic items between them are counted. */
export function feedLines({ positions }: AdResponse, { dim }: Colors): readonly string[] {
  const ads = positions.flatMap((position, at) => (position.kind === "ad" ? [{ at, ad: position }] : []));
  const organic = positions.length - ads.length;
  const summary = `${count(ads.length, "ad")} among ${count(organic, "organic item")}`;
  if (ads.length === 0) return [`  no ads; ${count(organic, "organic item")}`];
  const columns = [
    { title: "position", align: "right" as const },
    { title: "ad", align: "right" as const },
    { title: "brand", widthMax: TITLE_CELLS_MAX },
    { title: "title", widthMax: TITLE_CELLS_MAX },
    { title: "price", align: "right" as const },
    { title: "per" },
    { title: "p(click)", align: "right" as const },
    { title: "reason", widthMax: REASON_CELLS_MAX },
  ];
  const rows = ads.map(({ at, ad }) => [
    String(at + 1),
    String(ad.adId),
    ad.brand,
    ad.title,
    moneyText(ad.chargedPriceMicros, ad.currency),
    ad.chargedPer === "click" ? "click" : "1,000 views",
    `${(ad.scoreTerms.clickProbability * 100).toFixed(2)} %`,
    ad.reason,
  ]);
  return [...tableLines(columns, rows, { indent: "  ", head: dim }), dim(`  ${summary}`)];
}

/** `1.2345 EUR`. */
function moneyText(micros: AdPosition["chargedPriceMicros"], currency: string): string {
  return `${(micros / MICROS).toFixed(PRICE_DIGITS)} ${currency}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `homeFeed, US, phone, signed in`: a request without what is personal in it. */
export function requestText(request: Readonly<Record<string, unknown>>): string {
  const { surface, country, device, userId, adSlotsWanted } = request;
  const user = userId === undefined ? "signed out" : "signed in";
  return `${surface}, ${country}, ${device}, ${user}, up to ${adSlotsWanted} ads`;
}
