import type { DataClass } from "./entity.ts";

/** Priority class of work. Backfill and refresh ask for `low`; otherwise a group's class decides. */
export type Lane = "high" | "medium" | "low";

const LANES: readonly Lane[] = ["high", "medium", "low"];

export function laneOfClass(dataClass: DataClass): Lane {
  return dataClass === "control" ? "high" : "medium";
}

/** One bit per lane, as a change batch stores them. */
export function laneBits(lanes: Iterable<Lane>): number {
  let bits = 0;
  for (const lane of lanes) bits |= 1 << LANES.indexOf(lane);
  return bits;
}

/** The lanes of stored bits, most urgent first. */
export function lanesOfBits(bits: number): readonly Lane[] {
  return LANES.filter((_, index) => (bits & (1 << index)) !== 0);
}
