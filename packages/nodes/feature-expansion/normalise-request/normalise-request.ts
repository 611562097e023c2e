import { wordsOf } from "@tenon/ad-index/api";
import { hourOfDayAt } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { QUERY_WORDS_MAX } from "../slots.ts";
import { normaliseRequestContract } from "./normalise-request.contract.ts";

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday; Sunday is 0. */
const EPOCH_WEEKDAY = 4;

/** Times come from the request's clock, never from the caller's: one request has one time. */
export const normaliseRequest = node({
  ...normaliseRequestContract,
  run: ({ adRequest }, { uses, clock }) => {
    const { surface, utcOffsetMinutes } = adRequest;
    const timestampMs = clock.nowMs;
    return {
      normalRequest: {
        requestId: adRequest.requestId,
        surface,
        country: adRequest.country,
        region: adRequest.region ?? null,
        device: adRequest.device,
        language: adRequest.language,
        adSlotsWanted: Math.min(adRequest.adSlotsWanted, uses.requestPolicy.adSlotsMax[surface]),
        hourOfDayUtc: hourOfDayAt({ timestampMs, utcOffsetMinutes: 0 }),
        dayOfWeekUtc: (Math.floor(timestampMs / DAY_MS) + EPOCH_WEEKDAY) % 7,
        hourOfDayLocal: utcOffsetMinutes === undefined ? null : hourOfDayAt({ timestampMs, utcOffsetMinutes }),
      },
      isSearch: surface === "search",
      searchWords: [...new Set(wordsOf(adRequest.query ?? ""))].slice(0, QUERY_WORDS_MAX),
      organicFeed: adRequest.organicItems,
    };
  },
});
