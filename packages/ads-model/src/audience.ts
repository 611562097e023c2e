/** Attributes by which advertisers describe people. All of them are personal data when they belong to a user. */
import { z } from "zod";

/** Age in whole years, both ends included. Nobody below 18 is in the vocabulary, so ads cannot be targeted at minors. */
export const AGE_BRACKETS = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"] as const;
export type AgeBracket = (typeof AGE_BRACKETS)[number];
export const AgeBracketSchema = z.enum(AGE_BRACKETS);

/** A user who did not say has no gender attribute; there is no value for "unknown". */
export const GENDERS = ["female", "male", "other"] as const;
export type Gender = (typeof GENDERS)[number];
export const GenderSchema = z.enum(GENDERS);
