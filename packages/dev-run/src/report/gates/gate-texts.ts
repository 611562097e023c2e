import type { GatesOfOwner } from "./owner-gates.ts";

/** A team's gates in words, as the report tells them. */
export function gateTexts({ runsChanged, tolerances, metrics, time, allocation, writes }: GatesOfOwner): string[] {
  return [
    ...(runsChanged === undefined ? [] : [`values in ${percent(runsChanged)} of runs`]),
    ...Object.entries(tolerances).map(
      ([field, tolerance]) =>
        `${field} by ${"ulp" in tolerance ? `${tolerance.ulp} ulp` : `${tolerance.relative} of itself`}`,
    ),
    ...Object.entries(metrics).flatMap(([name, { fall, rise }]) => [
      ...(fall === undefined ? [] : [`${name} down ${percent(fall)}`]),
      ...(rise === undefined ? [] : [`${name} up ${percent(rise)}`]),
    ]),
    ...(time === undefined ? [] : [`time up ${percent(time.share)} or ${time.ms} ms`]),
    ...(allocation === undefined ? [] : [`allocation up ${percent(allocation.share)} or ${allocation.kB} kB`]),
    ...(writes === undefined ? [] : [`writes for a change up ${percent(writes)}`]),
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
