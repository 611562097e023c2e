/**
 * One calibrator per surface, versioned and tied to the model whose margins it was fitted on.
 *
 * A single calibrator for all surfaces is calibrated on average and wrong on each: people click at other rates in search
 * than in a feed at the same margin, and bids multiply that error.
 */
import { hash } from "node:crypto";
import { type F64Column, GraphError, type ModelScores } from "@tenon/graph-core";
import { z } from "zod";
import { type Calibrator, type CalibratorParameters, CalibratorSchema } from "./calibrator.ts";
import { isotonicCalibrator } from "./isotonic.ts";
import { plattCalibrator } from "./platt.ts";

const CalibratorSetSchema = z.strictObject({
  kind: z.literal("calibratorSet"),
  format: z.literal(1),
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** `name@` and the first 16 hex digits of the fingerprint. */
  version: z.string(),
  fingerprint: z.string(),
  /** Version of the model whose margins these calibrators take. */
  modelVersion: z.string(),
  surfaces: z.record(z.string(), CalibratorSchema),
  /** For surfaces without a calibrator of their own, such as a new one. Absent: those are refused. */
  fallback: CalibratorSchema.optional(),
});

export type CalibratorSetArtefact = z.output<typeof CalibratorSetSchema>;
export type UnsealedCalibratorSet = Pick<CalibratorSetArtefact, "name" | "modelVersion" | "surfaces" | "fallback">;

/** Gives a calibrator set its fingerprint and version. */
export function sealCalibratorSet(unsealed: UnsealedCalibratorSet): CalibratorSetArtefact {
  const fingerprint = fingerprintOf(unsealed);
  const version = `${unsealed.name}@${fingerprint.slice(0, 16)}`;
  return parseCalibratorSet({ kind: "calibratorSet", format: 1, ...unsealed, version, fingerprint });
}

/** Checks a parsed JSON file. @throws GraphError TENON1455 when it is not a sound calibrator set. */
export function parseCalibratorSet(json: unknown): CalibratorSetArtefact {
  const parsed = CalibratorSetSchema.safeParse(json);
  const problems = parsed.success
    ? soundnessProblems(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join(".") || "artefact"}: ${issue.message}`);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new GraphError("this is not a sound calibrator set of format 1", {
    code: "TENON1455",
    category: "input",
    detail: problems.join("; "),
    hint: "use the file as the fit wrote it, or fit the calibrators again",
  });
}

/** The calibrators of one model, ready to apply. A pinned resource: immutable, recorded by version. */
export class CalibratorSet {
  readonly version: string;
  readonly modelVersion: string;
  readonly surfaces: readonly string[];
  readonly #calibrators: ReadonlyMap<string, Calibrator>;
  readonly #fallback: Calibrator | undefined;

  constructor(artefact: CalibratorSetArtefact) {
    this.version = artefact.version;
    this.modelVersion = artefact.modelVersion;
    this.surfaces = Object.keys(artefact.surfaces);
    this.#calibrators = new Map(
      Object.entries(artefact.surfaces).map(([surface, each]) => [surface, calibratorOf(each)]),
    );
    this.#fallback = artefact.fallback === undefined ? undefined : calibratorOf(artefact.fallback);
  }

  /** @throws GraphError TENON1458 when the surface has no calibrator and there is no fallback. */
  forSurface(surface: string): Calibrator {
    const calibrator = this.#calibrators.get(surface) ?? this.#fallback;
    if (calibrator !== undefined) return calibrator;
    throw new GraphError(`calibrator set "${this.version}" has no calibrator for surface "${surface}"`, {
      code: "TENON1458",
      category: "input",
      detail: `expected one of ${this.surfaces.map((name) => `"${name}"`).join(", ")}, found "${surface}"`,
      hint: "fit a calibrator for the surface, or give the set a fallback",
    });
  }

  /** The probability of every margin. @throws GraphError TENON1458 as {@link forSurface}. */
  applyAll(surface: string, margins: F64Column): F64Column {
    return this.forSurface(surface).applyAll(margins);
  }

  /**
   * {@link applyAll}, for scores that say which model made them.
   * @throws GraphError TENON1458 as {@link forSurface}; TENON1459 when another model made the scores.
   */
  probabilities(surface: string, scores: ModelScores): F64Column {
    if (scores.modelVersion !== this.modelVersion) {
      throw new GraphError(`calibrator set "${this.version}" was not fitted on model "${scores.modelVersion}"`, {
        code: "TENON1459",
        category: "definition",
        detail: `expected scores of "${this.modelVersion}", found "${scores.modelVersion}"`,
        hint: "publish a model and its calibrators together, and bind both from the same publication",
      });
    }
    return this.applyAll(surface, scores.margins);
  }
}

/** Makes a calibrator of its parameters. */
export function calibratorOf(parameters: CalibratorParameters): Calibrator {
  return parameters.kind === "platt" ? plattCalibrator(parameters) : isotonicCalibrator(parameters);
}

function soundnessProblems(artefact: CalibratorSetArtefact): readonly string[] {
  const problems: string[] = [];
  const fingerprint = fingerprintOf(artefact);
  if (fingerprint !== artefact.fingerprint || artefact.version !== `${artefact.name}@${fingerprint.slice(0, 16)}`) {
    problems.push(
      `content has fingerprint ${fingerprint}, the file says "${artefact.version}" (${artefact.fingerprint})`,
    );
  }
  const all = { ...artefact.surfaces, ...(artefact.fallback && { fallback: artefact.fallback }) };
  for (const [surface, parameters] of Object.entries(all)) {
    if (parameters.kind === "isotonic" && !rises(parameters)) problems.push(`${surface}: its blocks do not rise`);
  }
  return problems;
}

function rises({ from, to, positives, rows }: Extract<CalibratorParameters, { kind: "isotonic" }>): boolean {
  if (to.length !== from.length || positives.length !== from.length || rows.length !== from.length) return false;
  const rate = (block: number) => (positives[block] as number) / (rows[block] as number);
  return from.every((start, block) => {
    const orderly = start <= (to[block] as number) && rate(block) <= 1;
    return orderly && (block === 0 || ((to[block - 1] as number) < start && rate(block - 1) < rate(block)));
  });
}

function fingerprintOf({ name, modelVersion, surfaces, fallback }: UnsealedCalibratorSet): string {
  const ordered = Object.keys(surfaces)
    .sort()
    .map((surface) => [surface, valuesOf(surfaces[surface] as CalibratorParameters)]);
  return hash(
    "sha256",
    JSON.stringify([name, modelVersion, ordered, fallback === undefined ? null : valuesOf(fallback)]),
  );
}

function valuesOf(each: CalibratorParameters): readonly unknown[] {
  return each.kind === "platt"
    ? [each.kind, each.slope, each.intercept]
    : [each.kind, each.from, each.to, each.positives, each.rows];
}
