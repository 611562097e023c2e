import { Arms } from "@tenon/ads-model";
import { AuctionPolicyResource } from "../../auction/resources.ts";
import { AuctionScore, AuctionWinners, ChargedPrice } from "../../auction/slots.ts";
import { PlacedAds, Placements, ServableWinners } from "../../blending/slots.ts";
import { PacedAds } from "../../delivery/slots.ts";
import { MeasuredUser, NormalRequest } from "../../feature-expansion/slots.ts";
import { CalibratorsResource } from "../../ranking/resources.ts";
import {
  ClickMargins,
  ClickProbability,
  LightFeatures,
  LightScores,
  RankFeatures,
  TrimmedAds,
} from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { IndexVersion } from "../../retrieval/slots.ts";
import { FeatureLogRecord } from "../slots.ts";

export const buildFeatureLogContract = {
  owner: "ads-measurement",
  purpose: "logs the very snapshots that were scored, with everything a replay needs",
  reads: [
    NormalRequest,
    MeasuredUser,
    Arms,
    IndexVersion,
    PacedAds,
    LightFeatures,
    LightScores,
    TrimmedAds,
    RankFeatures,
    ClickMargins,
    ClickProbability,
    AuctionScore,
    AuctionWinners,
    ChargedPrice,
    ServableWinners,
    Placements,
    PlacedAds,
  ],
  writes: [FeatureLogRecord],
  uses: [CalibratorsResource, AuctionPolicyResource],
  logs: [
    { snapshot: LightFeatures, features: "all" },
    { snapshot: RankFeatures, features: "all" },
  ],
  processesFor: "measurement",
  columns: [readsOfAds("bidPays")],
  budgetMs: 2,
  declassifies: {
    labels: ["pii", "measurement"],
    reason: "a keyed one-way pseudonym, and only with consent to measurement",
  },
} as const;
