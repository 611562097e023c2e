import { z } from "zod";

/** What its owner wants of a campaign, ad group or ad. An archived one never comes back. */
export const ENTITY_STATUSES = ["active", "paused", "archived"] as const;
export type EntityStatus = (typeof ENTITY_STATUSES)[number];
export const EntityStatusSchema = z.enum(ENTITY_STATUSES);

/** The strictest of the given statuses: an ad serves only if everything above it is active. */
export function strictestStatus(statuses: readonly EntityStatus[]): EntityStatus {
  return ENTITY_STATUSES[Math.max(0, ...statuses.map((status) => ENTITY_STATUSES.indexOf(status)))] ?? "active";
}

/** Outcome of the policy review of a creative or an advertiser. Only `approved` may serve. */
export const REVIEW_STATUSES = ["approved", "pending", "rejected"] as const;
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];
export const ReviewStatusSchema = z.enum(REVIEW_STATUSES);
