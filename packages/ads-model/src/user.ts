import { z } from "zod";
import { AgeBracketSchema, GenderSchema } from "./audience.ts";
import { CountryCodeSchema, RegionCodeSchema } from "./country.ts";
import { ClickCountSchema, ImpressionCountSchema } from "./counts.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { UserIdSchema } from "./ids.ts";
import { LanguageCodeSchema } from "./language.ts";
import { personal } from "./personal.ts";
import { InterestSchema } from "./targeting.ts";

/** How much a user likes a category, 0 to 1. */
export const InterestAffinitySchema = z.strictObject({ interest: InterestSchema, affinity: z.number().min(0).max(1) });
export type InterestAffinity = DeepReadonly<z.infer<typeof InterestAffinitySchema>>;

/** Interests kept per user: beyond this the weakest say nothing. */
export const USER_INTERESTS_MAX = 64;

/**
 * What is known about a user. Every field but `language` is personal data and marked as such: it is used for a request, redacted
 * in recordings, and not read at all without consent to personalisation. Null means unknown, never a default.
 */
export const UserProfileSchema = z.strictObject({
  /** Personal: pseudonymous id. */
  userId: personal(UserIdSchema),
  /** Personal: declared age bracket. */
  ageBracket: personal(AgeBracketSchema).nullable(),
  /** Personal: declared gender. */
  gender: personal(GenderSchema).nullable(),
  /** Personal: country of residence. */
  country: personal(CountryCodeSchema).nullable(),
  /** Personal: region of residence. */
  region: personal(RegionCodeSchema).nullable(),
  /** Personal: city of residence, by name. */
  city: personal(z.string().max(120)).nullable(),
  language: LanguageCodeSchema,
  /** Personal: inferred from behaviour; strongest first, each category once. */
  interests: personal(z.array(InterestAffinitySchema).max(USER_INTERESTS_MAX)),
  /** Personal: ads seen in the last 30 days, all advertisers. */
  adImpressions30Days: personal(ImpressionCountSchema),
  /** Personal: ads clicked in the last 30 days, all advertisers. */
  adClicks30Days: personal(ClickCountSchema),
});
export type UserProfile = DeepReadonly<z.infer<typeof UserProfileSchema>>;
