/** Cost of the compiled check and freeze on 500 × 30 candidates, against zod and against generic freezing. */
import { compileSchema } from "@tenon/graph-core/internal";
import { freeze as immerFreeze } from "immer";
import { z } from "zod";
import { type InterleaveOptions, interleave, type Measurement, median } from "../harness/interleave.ts";
import { CANDIDATES, FEATURES } from "./payload.ts";

const features = Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`f${at}`, z.number()]));
const exact = z.array(z.object({ id: z.number(), features: z.object(features) }));
/** The same 15,000 numbers without keys: what the finite test alone costs. A slot never has undeclared keys. */
const keyless = z.array(z.array(z.number()));

const text = JSON.stringify(
  Array.from({ length: CANDIDATES }, (_, id) => ({
    id,
    features: Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`f${at}`, id + at / 100])),
  })),
);

/** Fresh candidates as they come off a wire. */
function candidates(): unknown[] {
  return JSON.parse(text) as unknown[];
}

/** Generic recursive deep freeze, as everybody writes it. */
function deepFreeze(value: unknown): void {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const key in value) deepFreeze((value as Record<string, unknown>)[key]);
}

/** Time of zod's parse over that of the compiled check of the same schema, as a ratio below 1. */
export async function checkCost(
  options: InterleaveOptions,
): Promise<{ readonly finite: readonly Measurement[]; readonly exact: readonly Measurement[] }> {
  const rows = candidates();
  const numbers = Array.from({ length: CANDIDATES }, (_, id) =>
    Array.from({ length: FEATURES }, (_, at) => id + at / 100),
  );
  const against = (name: string, schema: z.ZodType, value: unknown) => {
    const { check } = compileSchema(schema);
    return interleave(
      [
        { name: "zod parse", run: () => schema.parse(value) },
        { name, run: () => check(value) },
      ],
      options,
    );
  };
  return {
    finite: await against("compiled, finite", keyless, numbers),
    exact: await against("compiled, finite + exact keys", exact, rows),
  };
}

/** Fresh values that one measurement of freezing covers: few enough to be in the cache, as a value just made is. */
const FROZEN_AT_ONCE = 4;

/** CPU time of freezing fresh candidates, ns, medians over interleaved rounds. Making them is not measured. */
export async function freezeCost({
  rounds,
}: InterleaveOptions): Promise<{ compiledNs: number; recursiveNs: number; immerNs: number }> {
  const { freeze } = compileSchema(exact);
  const ways: readonly ((value: unknown) => void)[] = [freeze, deepFreeze, (value) => immerFreeze(value, true)];
  const times = ways.map((): number[] => []);
  for (let round = 0; round < 2 * rounds; round++) {
    for (const [at, way] of ways.entries()) {
      const values = Array.from({ length: FROZEN_AT_ONCE }, candidates);
      const before = process.cpuUsage();
      for (const value of values) way(value);
      const { user, system } = process.cpuUsage(before);
      // The first half warms the code up.
      if (round >= rounds) times[at]?.push(((user + system) * 1000) / FROZEN_AT_ONCE);
    }
  }
  const [compiledNs = 0, recursiveNs = 0, immerNs = 0] = times.map(median);
  return { compiledNs, recursiveNs, immerNs };
}
