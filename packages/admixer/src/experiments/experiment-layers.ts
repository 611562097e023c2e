/**
 * Experiments as data. A layer splits the same traffic again, independently of the other layers; the experiments of one
 * layer exclude each other.
 *
 * X1 A unit (user or request) has one variant per layer, for as long as shares and salts stay as they are.
 * X2 A parameter is set in one layer only, so that no two variants of a request contradict each other.
 */
import { z } from "zod";

/** Sums of shares are compared with this tolerance: 0.1 × 10 is not 1. */
const SHARE_TOLERANCE = 1e-9;
const LAYERS_MAX = 20;
const EXPERIMENTS_PER_LAYER_MAX = 50;
const VARIANTS_MAX = 20;

const name = z.string().regex(/^[a-z][a-zA-Z0-9-]{0,63}$/, "expected a letter, then letters, digits or -");
const share = z.number().gt(0).max(1);

/** What parameters of the graph a variant may set, and within which bounds: a misspelt one would change nothing. */
export const EXPERIMENT_PARAMETERS = {
  /** Micros per thousand impressions that one unit of utility is worth in blending. */
  lambdaMicros: { min: 0, max: 1e9 },
  /** Least expected value of a thousand impressions, micros. */
  reserveEcpmMicros: { min: 0, max: 1e9 },
  /** What a quality of 1 is worth in the auction, micros per thousand impressions. */
  qualityWeightMicros: { min: 0, max: 1e9 },
} as const satisfies Record<string, { readonly min: number; readonly max: number }>;

const ParametersSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(EXPERIMENT_PARAMETERS).map(([parameter, { min, max }]) => [
      parameter,
      z.number().min(min).max(max).optional(),
    ]),
  ) as Record<keyof typeof EXPERIMENT_PARAMETERS, z.ZodOptional<z.ZodNumber>>,
);

const VariantSchema = z.strictObject({
  name,
  /** Of the experiment's traffic; the variants' shares add up to 1. */
  share,
  parameters: ParametersSchema.default({}),
});

const ExperimentSchema = z
  .strictObject({
    name,
    /** Of the layer's traffic; the experiments' shares add up to 1 at most. */
    share,
    /** Changes who gets which variant. Default: the experiment's name. */
    salt: z.string().min(1).max(64).optional(),
    variants: z.array(VariantSchema).min(2).max(VARIANTS_MAX),
  })
  .refine(({ variants }) => Math.abs(sumOfShares(variants) - 1) <= SHARE_TOLERANCE, {
    message: "the shares of the variants must add up to 1",
    path: ["variants"],
  })
  .refine(({ variants }) => distinct(variants), {
    message: "each variant needs a name of its own",
    path: ["variants"],
  });

const LayerSchema = z
  .strictObject({
    name,
    /** Changes who is in which experiment. Default: the layer's name. */
    salt: z.string().min(1).max(64).optional(),
    /** Whose variant stays the same: a user's (requests without a user or without consent count for themselves), or a request's. */
    unit: z.enum(["user", "request"]).default("user"),
    experiments: z.array(ExperimentSchema).min(1).max(EXPERIMENTS_PER_LAYER_MAX),
  })
  .refine(({ experiments }) => sumOfShares(experiments) <= 1 + SHARE_TOLERANCE, {
    message: "the shares of a layer's experiments must not exceed 1",
    path: ["experiments"],
  });

export const ExperimentLayersSchema = z
  .array(LayerSchema)
  .max(LAYERS_MAX)
  .refine(distinct, { message: "each layer needs a name of its own" })
  .refine((layers) => distinct(layers.flatMap(({ experiments }) => experiments)), {
    message: "each experiment needs a name of its own, over all layers",
  })
  .superRefine((layers, context) => {
    const homes = new Map<string, string>();
    for (const [at, layer] of layers.entries()) {
      for (const parameter of parametersOf(layer)) {
        const home = homes.get(parameter);
        homes.set(parameter, home ?? layer.name);
        if (home === undefined || home === layer.name) continue;
        context.addIssue({
          code: "custom",
          path: [at],
          message: `parameter "${parameter}" is set in layers "${home}" and "${layer.name}": one request could get both values`,
        });
      }
    }
  });

export type ExperimentLayers = z.infer<typeof ExperimentLayersSchema>;
export type ExperimentLayer = ExperimentLayers[number];
export type Experiment = ExperimentLayer["experiments"][number];
export type Variant = Experiment["variants"][number];

function parametersOf({ experiments }: { readonly experiments: readonly Experiment[] }): ReadonlySet<string> {
  return new Set(experiments.flatMap(({ variants }) => variants.flatMap(({ parameters }) => Object.keys(parameters))));
}

function sumOfShares(parts: readonly { readonly share: number }[]): number {
  return parts.reduce((sum, part) => sum + part.share, 0);
}

function distinct(parts: readonly { readonly name: string }[]): boolean {
  return new Set(parts.map((part) => part.name)).size === parts.length;
}
