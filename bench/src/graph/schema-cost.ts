/** Cost of the compiled check and freeze on 500 × 30 candidates, against zod and against generic freezing. */
import { compileSchema } from "@tenon/graph-core/internal";
import { freeze as immerFreeze } from "immer";
import { z } from "zod";
import { type Contender, type InterleaveOptions, interleave, type Measurement } from "../harness/interleave.ts";
import { CANDIDATES, FEATURES } from "./payload.ts";

const features = Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`f${at}`, z.number()]));
const exact = z.array(z.object({ id: z.number(), features: z.object(features) }));
/** The same 15,000 numbers without keys: what the finite test alone costs. A slot never has undeclared keys. */
const keyless = z.array(z.array(z.number()));

const candidatesText = JSON.stringify(
  Array.from({ length: CANDIDATES }, (_, id) => ({
    id,
    features: Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`f${at}`, id + at / 100])),
  })),
);
const keylessText = JSON.stringify(
  Array.from({ length: CANDIDATES }, (_, id) => Array.from({ length: FEATURES }, (_, at) => id + at / 100)),
);

/** A function that makes fresh candidates as record literals; the name keeps it from sharing type feedback. */
function literalCandidates(name: string): () => unknown[] {
  const record = Array.from({ length: FEATURES }, (_, at) => `f${at}: id + ${at / 100}`).join(", ");
  return new Function(
    `// ${name}
const rows = []; for (let id = 0; id < ${CANDIDATES}; id++) rows.push({ id, features: { ${record} } }); return rows;`,
  ) as () => unknown[];
}

/** Generic recursive deep freeze, as everybody writes it. */
function deepFreeze(value: unknown): void {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const key in value) deepFreeze((value as Record<string, unknown>)[key]);
}

/**
 * Time of zod's parse over that of the compiled check of the same schema, as a ratio below 1. Each gets a value of its
 * own: V8 turns arrays of doubles that zod has read into arrays of boxed numbers, which no check made them.
 */
export function checkCost(of: "finite" | "exact", options: InterleaveOptions): Promise<readonly Measurement[]> {
  const [schema, text] = of === "finite" ? [keyless, keylessText] : [exact, candidatesText];
  const { check } = compileSchema(schema);
  const parsed: unknown = JSON.parse(text);
  const checked: unknown = JSON.parse(text);
  return interleave(
    [
      { name: "zod parse", run: () => schema.parse(parsed) },
      { name: "compiled", run: () => check(checked) },
    ],
    options,
  );
}

/** CPU time that freezing adds to making fresh candidates, ns. */
export async function freezeCost(
  options: InterleaveOptions,
): Promise<{ compiledNs: number; recursiveNs: number; immerNs: number; callsNs: number }> {
  const { freeze } = compileSchema(exact);
  const freezing = (name: string, freezeAll: (value: unknown[]) => void): Contender => {
    const made = literalCandidates(name);
    return {
      name,
      run: () => {
        const rows = made();
        freezeAll(rows);
        return rows;
      },
    };
  };
  const [nothing, ...ways] = await interleave(
    [
      freezing("nothing", () => {}),
      freezing("compiled", freeze),
      freezing("recursive", deepFreeze),
      freezing("immer", (rows) => immerFreeze(rows, true)),
      freezing("calls", freezeKnown),
    ],
    options,
  );
  const [compiledNs = 0, recursiveNs = 0, immerNs = 0, callsNs = 0] = ways.map(({ ns }) => ns - (nothing?.ns ?? 0));
  return { compiledNs, recursiveNs, immerNs, callsNs };
}

/** The calls of `Object.freeze` alone, by somebody who knows what is frozen: what no freezer can do without. */
function freezeKnown(rows: unknown[]): void {
  for (const row of rows as { readonly features: object }[]) {
    Object.freeze(row.features);
    Object.freeze(row);
  }
  Object.freeze(rows);
}
