import { hash } from "node:crypto";
import type { AdmittedRequest, Arms } from "@tenon/ads-model";
import type { Experiment, ExperimentLayer, ExperimentLayers, Variant } from "./experiment-layers.ts";

/** Hex digits of the digest that decide: 48 bits, exact in a double. */
const POINT_DIGITS = 12;
const POINTS = 2 ** 48;
const NO_ARMS: Arms = Object.freeze({ assignments: Object.freeze({}), parameters: Object.freeze({}) });

/** Where a unit falls in [0, 1) for a salt: uniform, and independent between salts (SHA-256). */
export function pointOf(salt: string, unit: string): number {
  return Number.parseInt(hash("sha256", `${salt}\u0000${unit}`).slice(0, POINT_DIGITS), 16) / POINTS;
}

/**
 * Who is counted as one: the user where the layer asks for it and consent allows to recognise them, else the request.
 * Without consent a request's answer must not depend on who asks.
 */
export function unitOf(layer: ExperimentLayer, { userId, requestId, consent }: AdmittedRequest): string {
  return layer.unit === "user" && userId !== undefined && consent.personalisation
    ? `user ${userId}`
    : `request ${requestId}`;
}

/** The part whose interval of shares holds the point; the last one for the rest of rounding when shares add up to 1. */
function pick<Part extends { readonly share: number }>(parts: readonly Part[], point: number): Part | undefined {
  let from = 0;
  for (const part of parts) {
    from += part.share;
    if (point < from) return part;
  }
  return undefined;
}

export interface Decision {
  readonly experiment: Experiment;
  readonly variant: Variant;
  readonly unit: string;
}

/** The variants of one request, one per layer that has it in an experiment. */
export function decide(layers: ExperimentLayers, request: AdmittedRequest): readonly Decision[] {
  return layers.flatMap((layer): readonly Decision[] => {
    const unit = unitOf(layer, request);
    const experiment = pick(layer.experiments, pointOf(`layer ${layer.salt ?? layer.name}`, unit));
    if (experiment === undefined) return [];
    const { variants } = experiment;
    const variant =
      pick(variants, pointOf(`experiment ${experiment.salt ?? experiment.name}`, unit)) ?? (variants.at(-1) as Variant);
    return [{ experiment, variant, unit }];
  });
}

/** The request slot that nodes and the log read. */
export function armsOf(decisions: readonly Decision[]): Arms {
  if (decisions.length === 0) return NO_ARMS;
  const parameters: Record<string, number> = {};
  for (const { variant } of decisions) {
    for (const [parameter, value] of Object.entries(variant.parameters))
      if (value !== undefined) parameters[parameter] = value;
  }
  return {
    assignments: Object.fromEntries(decisions.map(({ experiment, variant }) => [experiment.name, variant.name])),
    parameters,
  };
}
