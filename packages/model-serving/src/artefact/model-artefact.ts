/**
 * The file a model is served from: JSON, checked in full when it is loaded, identified by its content.
 *
 * M1 `version` is `name@` + the first 16 hex digits of `fingerprint`, so two different models never share a version.
 * M2 `fingerprint` covers everything that decides a margin (not the training facts), so an edited file is refused.
 * M3 Trees and terms stand in summation order: a margin is `base`, then the trees (or terms) added in file order.
 */
import { hash } from "node:crypto";
import type { ModelManifest } from "@tenon/graph-core";
import { GraphError } from "@tenon/graph-core";
import { z } from "zod";
import { forestProblems, termProblems } from "./problems.ts";

/** Most problems named in one error: enough to see the pattern, short enough to read. */
const PROBLEMS_SHOWN_MAX = 5;
/** Hex digits of the fingerprint in a version: 64 bits, no collision among the models one team will ever train. */
const VERSION_DIGITS = 16;

const FeatureSchemaFacts = z.strictObject({
  name: z.string().min(1),
  version: z.int().min(0),
  /** Fingerprint of the whole feature schema, which may hold more features than the model reads. */
  fingerprint: z.string().min(1),
  /** The features the model reads; splits and terms point into this list. */
  features: z.array(z.strictObject({ name: z.string().min(1), type: z.enum(["f64", "f32", "i32", "dictionary"]) })),
});

/**
 * One tree as flat arrays. Split `s` sends a row left when its value is `<= threshold[s]`, or, for a dictionary feature,
 * when its code is in `categorySet[s]`; a row whose value is missing goes left if `missingLeft[s]`.
 * A child `>= 0` is a split with a higher index than its parent; a child `< 0` is leaf `~child`.
 */
const TreeSchema = z.strictObject({
  feature: z.array(z.int().min(0)),
  /** Finite; 0 for category splits. */
  threshold: z.array(z.number()),
  /** Index into `categorySets`; -1 for numeric splits. */
  categorySet: z.array(z.int().min(-1)),
  missingLeft: z.array(z.boolean()),
  left: z.array(z.int()),
  right: z.array(z.int()),
  /** What the leaf adds to the margin, learning rate included. One more than there are splits. */
  leaf: z.array(z.number()).min(1),
});

const TermSchema = z.discriminatedUnion("kind", [
  /** Adds `weight × value`, or `missing` where the value is missing. */
  z.strictObject({ kind: z.literal("numeric"), feature: z.int().min(0), weight: z.number(), missing: z.number() }),
  /** Adds `weights[code]`, or `missing` where the value is missing or its code is past the list. */
  z.strictObject({
    kind: z.literal("categories"),
    feature: z.int().min(0),
    weights: z.array(z.number()),
    missing: z.number(),
  }),
]);

const EvaluationSchema = z.strictObject({
  /** Which rows were judged, in words. Never rows the model was fitted on. */
  data: z.string(),
  rows: z.int().min(1),
  positives: z.int().min(0),
  auc: z.number().min(0).max(1),
  normalisedEntropy: z.number().min(0),
  /** Predicted over observed positives. */
  calibrationRatio: z.number().min(0),
  /** Mean, in nats. */
  logLoss: z.number().min(0),
});

const TrainingSchema = z.strictObject({
  /** Where the rows come from, in words. */
  data: z.string(),
  rows: z.int().min(0),
  positives: z.int().min(0),
  seed: z.int().optional(),
  /** Every setting that shaped the fit. */
  settings: z.record(z.string(), z.number()),
});

const Shared = {
  format: z.literal(1),
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  version: z.string(),
  fingerprint: z.string(),
  featureSchema: FeatureSchemaFacts,
  dictionaries: z.record(z.string(), z.strictObject({ fingerprint: z.string().min(1), words: z.array(z.string()) })),
  /** Where the sum starts. */
  base: z.number(),
  /**
   * `f32` rounds feature values, thresholds, leaves and the running sum to float32, for models whose own library
   * computes so; `f64` computes in doubles throughout.
   */
  precision: z.enum(["f64", "f32"]),
  training: TrainingSchema,
  evaluation: EvaluationSchema.optional(),
};

const GbdtArtefactSchema = z.strictObject({
  kind: z.literal("gbdt"),
  ...Shared,
  /** Codes, ascending. */
  categorySets: z.array(z.array(z.int().min(0))),
  trees: z.array(TreeSchema),
});

const LinearArtefactSchema = z.strictObject({ kind: z.literal("linear"), ...Shared, terms: z.array(TermSchema) });

const ModelArtefactSchema = z.discriminatedUnion("kind", [GbdtArtefactSchema, LinearArtefactSchema]);

export type Tree = z.output<typeof TreeSchema>;
export type Term = z.output<typeof TermSchema>;
export type Evaluation = z.output<typeof EvaluationSchema>;
export type TrainingFacts = z.output<typeof TrainingSchema>;
export type FeatureSchemaFacts = z.output<typeof FeatureSchemaFacts>;
export type GbdtArtefact = z.output<typeof GbdtArtefactSchema>;
export type LinearArtefact = z.output<typeof LinearArtefactSchema>;
export type ModelArtefact = z.output<typeof ModelArtefactSchema>;

/** An artefact before it has its identity: what a trainer or importer makes. */
export type Unsealed<Artefact extends ModelArtefact> = Artefact extends ModelArtefact
  ? Omit<Artefact, "format" | "version" | "fingerprint">
  : never;

/**
 * Gives an artefact its fingerprint and version (M1, M2).
 * @throws GraphError TENON1451 when its trees or terms contradict themselves.
 */
export function sealArtefact<Artefact extends ModelArtefact>(unsealed: Unsealed<Artefact>): Artefact {
  const content = unsealed as Unsealed<ModelArtefact>;
  const fingerprint = fingerprintOf(content);
  const version = versionOf(content.name, fingerprint);
  return parseArtefact({ ...content, format: 1, version, fingerprint }) as Artefact;
}

/**
 * Checks a parsed JSON file in full.
 * @throws GraphError TENON1450 when it does not have the format; TENON1451 when its parts contradict each other, or its
 *   content is not what its fingerprint says.
 */
export function parseArtefact(json: unknown): ModelArtefact {
  const parsed = ModelArtefactSchema.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "artefact"}: ${issue.message}`);
    throw new GraphError("this is not a model artefact of format 1", {
      code: "TENON1450",
      category: "input",
      detail: shown(issues),
      hint: "train or import the model again with this version of @tenon/model-serving",
    });
  }
  const artefact = parsed.data;
  const problems = [
    ...(artefact.kind === "gbdt" ? forestProblems(artefact) : termProblems(artefact)),
    ...identityProblems(artefact),
  ];
  if (problems.length > 0) {
    throw new GraphError(`model artefact "${artefact.version}" contradicts itself`, {
      code: "TENON1451",
      category: "input",
      detail: shown(problems),
      hint: "use the file as the trainer wrote it; artefacts are not edited by hand",
    });
  }
  return artefact;
}

/** What graph checks need to know about the model before it is loaded. */
export function manifestOf(artefact: ModelArtefact): ModelManifest {
  const dictionaries = Object.entries(artefact.dictionaries).map(([feature, facts]) => [feature, facts.fingerprint]);
  return {
    version: artefact.version,
    featureSchemaFingerprint: artefact.featureSchema.fingerprint,
    features: artefact.featureSchema.features.map((feature) => feature.name),
    dictionaries: Object.fromEntries(dictionaries),
  };
}

function identityProblems(artefact: ModelArtefact): readonly string[] {
  const fingerprint = fingerprintOf(artefact);
  const version = versionOf(artefact.name, fingerprint);
  if (fingerprint === artefact.fingerprint && version === artefact.version) return [];
  return [`content is "${version}" (${fingerprint}), the file says "${artefact.version}" (${artefact.fingerprint})`];
}

function versionOf(name: string, fingerprint: string): string {
  return `${name}@${fingerprint.slice(0, VERSION_DIGITS)}`;
}

function fingerprintOf(artefact: Unsealed<ModelArtefact>): string {
  const { kind, featureSchema, base, precision } = artefact;
  const fingerprints = Object.keys(artefact.dictionaries)
    .sort()
    .map((feature) => [feature, artefact.dictionaries[feature]?.fingerprint]);
  const body =
    artefact.kind === "gbdt"
      ? [artefact.categorySets, artefact.trees.map(columnsOf)]
      : artefact.terms.map((term) => [
          term.kind,
          term.feature,
          term.kind === "numeric" ? term.weight : term.weights,
          term.missing,
        ]);
  const features = featureSchema.features.map((feature) => [feature.name, feature.type]);
  // Positional, so that the order of keys in a file cannot change it. Every number is finite, so JSON is exact
  // but for the sign of zero, which no margin depends on.
  return hash(
    "sha256",
    JSON.stringify([kind, featureSchema.fingerprint, features, fingerprints, base, precision, body]),
  );
}

function columnsOf(tree: Tree): readonly unknown[] {
  return [tree.feature, tree.threshold, tree.categorySet, tree.missingLeft, tree.left, tree.right, tree.leaf];
}

function shown(problems: readonly string[]): string {
  const rest = problems.length - PROBLEMS_SHOWN_MAX;
  const head = problems.slice(0, PROBLEMS_SHOWN_MAX).join("; ");
  return rest > 0 ? `${head}; and ${rest} more` : head;
}
