/**
 * Identities of the ads domain.
 * Numeric ids are safe integers (1 … 2^53-1), not bigints: they survive JSON, index a typed array and compare with `<`, which the
 * auction needs for its total order. An id outside the range must stay a string at the gateway.
 */
import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

export type AdId = Brand<number, "AdId">;
export type AdGroupId = Brand<number, "AdGroupId">;
export type CampaignId = Brand<number, "CampaignId">;
export type AdvertiserId = Brand<number, "AdvertiserId">;
export type CreativeId = Brand<number, "CreativeId">;
/** Pseudonymous user id. Personal data. */
export type UserId = Brand<string, "UserId">;
/** One request for ads; the join key of the feature log and of every ad event. */
export type RequestId = Brand<string, "RequestId">;
/** An item of the host feed that is no ad. */
export type OrganicId = Brand<string, "OrganicId">;

/** Characters of a string id: bounded, so that an id can be a key everywhere, and free of separators and white space. */
const STRING_ID = /^[A-Za-z0-9_-]{1,64}$/;

function numericId<Id extends number>(noun: string): (value: number) => Id {
  return (value) => {
    if (Number.isSafeInteger(value) && value > 0) return value as Id;
    throw new InvalidValueError({
      noun,
      expected: "an integer from 1 to 2^53-1",
      found: value,
      hint: "map wider source ids to integers in the gateway",
    });
  };
}

function stringId<Id extends string>(noun: string): (value: string) => Id {
  return (value) => {
    if (typeof value === "string" && STRING_ID.test(value)) return value as Id;
    throw new InvalidValueError({
      noun,
      expected: "1 to 64 characters of A-Z, a-z, 0-9, _ or -",
      found: value,
      hint: "encode or hash the source id before it enters",
    });
  };
}

/** Each throws `InvalidValueError` when the value is no such id. */
export const adId: (value: number) => AdId = numericId("AdId");
export const adGroupId: (value: number) => AdGroupId = numericId("AdGroupId");
export const campaignId: (value: number) => CampaignId = numericId("CampaignId");
export const advertiserId: (value: number) => AdvertiserId = numericId("AdvertiserId");
export const creativeId: (value: number) => CreativeId = numericId("CreativeId");
export const userId: (value: string) => UserId = stringId("UserId");
export const requestId: (value: string) => RequestId = stringId("RequestId");
export const organicId: (value: string) => OrganicId = stringId("OrganicId");

const positiveSafeInteger = z.int().min(1);
const stringIdSchema = z.string().regex(STRING_ID, "expected 1 to 64 characters of A-Z, a-z, 0-9, _ or -");

export const AdIdSchema = brandedSchema<AdId>(positiveSafeInteger);
export const AdGroupIdSchema = brandedSchema<AdGroupId>(positiveSafeInteger);
export const CampaignIdSchema = brandedSchema<CampaignId>(positiveSafeInteger);
export const AdvertiserIdSchema = brandedSchema<AdvertiserId>(positiveSafeInteger);
export const CreativeIdSchema = brandedSchema<CreativeId>(positiveSafeInteger);
export const UserIdSchema = brandedSchema<UserId>(stringIdSchema);
export const RequestIdSchema = brandedSchema<RequestId>(stringIdSchema);
export const OrganicIdSchema = brandedSchema<OrganicId>(stringIdSchema);
