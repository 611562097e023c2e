import { z } from "zod";
import { ConsentSchema } from "./consent.ts";
import { CountryCodeSchema, RegionCodeSchema } from "./country.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { DeviceSchema } from "./device.ts";
import { RequestIdSchema, UserIdSchema } from "./ids.ts";
import { LanguageCodeSchema } from "./language.ts";
import { OrganicItemSchema } from "./organic.ts";
import { personal } from "./personal.ts";
import { TimestampMsSchema } from "./schedule.ts";
import { SurfaceSchema } from "./surface.ts";
import { UtcOffsetMinutesSchema } from "./time-of-day.ts";

/** Bounds of one request; a larger one is a caller's error, not a slow request. */
export const AD_SLOTS_MAX = 20;
export const ORGANIC_ITEMS_MAX = 200;
export const QUERY_CHARACTERS_MAX = 200;

/**
 * Body of `POST /v1/ads`. Unknown fields are refused: a misspelt optional field would otherwise be ignored for ever.
 */
export const AdRequestSchema = z
  .strictObject({
    /** Made by the server when absent. Sending one makes a retry recognisable. */
    requestId: RequestIdSchema.optional(),
    /** Personal. Absent for a user without an account. */
    userId: personal(UserIdSchema).optional(),
    surface: SurfaceSchema,
    country: CountryCodeSchema,
    region: RegionCodeSchema.optional(),
    /** Personal: name of the city, as the caller knows it. */
    city: personal(z.string().min(1).max(120)).optional(),
    device: DeviceSchema,
    language: LanguageCodeSchema,
    /** Personal: what the user typed. Only, and always, on the search surface. */
    query: personal(z.string().min(1).max(QUERY_CHARACTERS_MAX)).optional(),
    /** The feed without ads, in its own order. */
    organicItems: z.array(OrganicItemSchema).max(ORGANIC_ITEMS_MAX),
    /** How many ads the caller can place at most. */
    adSlotsWanted: z.int().min(1).max(AD_SLOTS_MAX),
    consent: ConsentSchema,
    /** When the user asked; the server's clock when absent. */
    timestampMs: TimestampMsSchema.optional(),
    /** The user's clock minus UTC, in minutes; hours of the day are not targeted without it. */
    utcOffsetMinutes: UtcOffsetMinutesSchema.optional(),
  })
  .refine(({ surface, query }) => (surface === "search") === (query !== undefined), {
    message: "surface search needs a query, the other surfaces must not send one",
    path: ["query"],
  })
  .refine(({ country, region }) => region === undefined || region.startsWith(`${country}-`), {
    message: "the region must lie in the country",
    path: ["region"],
  })
  .refine(({ organicItems }) => new Set(organicItems.map(({ organicId }) => organicId)).size === organicItems.length, {
    message: "each organic item may be sent once",
    path: ["organicItems"],
  });
export type AdRequest = DeepReadonly<z.infer<typeof AdRequestSchema>>;
