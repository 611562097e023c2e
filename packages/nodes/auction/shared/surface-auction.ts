import { type Arms, type EcpmMicros, ecpmMicros, maxMicros, roundMicros, type Surface } from "@tenon/ads-model";
import { type AuctionPolicy, MECHANISMS, type SurfaceAuction } from "../resources.ts";

/** Experiment whose variant is the name of a mechanism. */
export const MECHANISM_EXPERIMENT = "auctionMechanism";

/**
 * The auction of a surface under the request's experiments: variant `auctionMechanism`, parameters `reserveEcpmMicros` and
 * `qualityWeightMicros`. What no experiment sets is the policy's.
 */
export function surfaceAuction(
  policy: AuctionPolicy,
  surface: Surface,
  { assignments, parameters }: Arms,
): SurfaceAuction {
  const own = policy.surfaces[surface];
  return {
    ...own,
    mechanism: MECHANISMS.find((each) => each === assignments[MECHANISM_EXPERIMENT]) ?? own.mechanism,
    reserveEcpmMicros: parameters["reserveEcpmMicros"] ?? own.reserveEcpmMicros,
    qualityWeightMicros: parameters["qualityWeightMicros"] ?? own.qualityWeightMicros,
  };
}

/** Least expected payment for a thousand impressions of an ad: its own floor, and the surface's reserve. */
export function floorOf(adFloorMicros: number, { reserveEcpmMicros }: SurfaceAuction): EcpmMicros {
  return maxMicros(ecpmMicros(adFloorMicros), ecpmMicros(roundMicros(reserveEcpmMicros)));
}

/** Whether an expected payment reaches a floor, as exactly as floors are stated. */
export function reachesFloor(
  bidEcpmMicros: number,
  floorMicros: number,
  { floorToleranceMicros }: SurfaceAuction,
): boolean {
  return bidEcpmMicros >= floorMicros - floorToleranceMicros;
}
