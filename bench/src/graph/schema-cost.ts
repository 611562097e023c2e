/** Cost of the compiled check and freeze on 500 × 30 candidates, against zod and against generic freezing. */
import { compileSchema } from "@tenon/graph-core/internal";
import { freeze as immerFreeze } from "immer";
import { z } from "zod";
import { type InterleaveOptions, interleave, type Measurement } from "../harness/interleave.ts";
import { CANDIDATES, FEATURES } from "./payload.ts";

const features = Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`f${at}`, z.number()]));
const exact = z.array(z.object({ id: z.number(), features: z.object(features) }));
/** The same 15,000 numbers without keys: what the finite test alone costs. A slot never has undeclared keys. */
const keyless = z.array(z.array(z.number()));

function candidates(): unknown[] {
  return Array.from({ length: CANDIDATES }, (_, id) => ({
    id,
    features: Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`f${at}`, id + at / 100])),
  }));
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

/** Nanoseconds that freezing adds to making the candidates. */
export async function freezeCost(
  options: InterleaveOptions,
): Promise<{ compiledNs: number; recursiveNs: number; immerNs: number }> {
  const { freeze } = compileSchema(exact);
  const [making, compiled, recursive, immer] = await interleave(
    [
      { name: "making", run: () => candidates() },
      { name: "compiled", run: () => freeze(candidates()) },
      { name: "recursive", run: () => deepFreeze(candidates()) },
      { name: "immer", run: () => immerFreeze(candidates(), true) },
    ],
    options,
  );
  const added = (measured: Measurement | undefined) => (measured?.ns ?? 0) - (making?.ns ?? 0);
  return { compiledNs: added(compiled), recursiveNs: added(recursive), immerNs: added(immer) };
}
