import { hash } from "node:crypto";
import type { Dictionary } from "./dictionary.ts";
import { badFeatureSchema, unknownName } from "./value-error.ts";

export type FeatureType = "f64" | "f32" | "i32" | "dictionary";

export interface FeatureDeclaration<Name extends string = string> {
  readonly name: Name;
  readonly type: FeatureType;
  /** E.g. `"micros"`, `"probability"`, `"count"`, `"none"`. */
  readonly unit: string;
  /** What an absent value becomes: the default (status `default`), or absent (status `missing`). */
  readonly nullPolicy: "default" | "missing";
  /** With `nullPolicy: "default"` only; a code for a dictionary feature. */
  readonly default?: number;
  readonly owner: string;
  readonly version: number;
  /** With type `dictionary` only. */
  readonly dictionary?: Dictionary;
  /** Logged but read by no model, on purpose. Not part of the fingerprint. */
  readonly keptFor?: "analysis";
  /** Columns of candidates that it is made of, for the lineage of a stored column. Not part of the fingerprint. */
  readonly from?: readonly string[];
}

export interface FeatureSchemaOptions<Names extends string = string> {
  readonly name: string;
  readonly version: number;
  readonly features: readonly FeatureDeclaration<Names>[];
}

/** The ordered features of a snapshot. Two schemas with one fingerprint describe the same bytes. */
export class FeatureSchema<Names extends string = string> {
  readonly name: string;
  readonly version: number;
  readonly features: readonly FeatureDeclaration[];
  readonly names: readonly Names[];
  /** sha-256 (hex) of the ordered declarations: name, type, unit, null policy, default, owner, version, dictionary. */
  readonly fingerprint: string;
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(options: FeatureSchemaOptions<Names>) {
    requireSound(options);
    this.name = options.name;
    this.version = options.version;
    this.features = Object.freeze(options.features.map((feature) => Object.freeze({ ...feature })));
    this.names = Object.freeze(options.features.map((feature) => feature.name));
    this.#indexes = new Map(this.names.map((name, index) => [name, index]));
    this.fingerprint = hash("sha256", JSON.stringify(this.features.map(describe)));
    Object.freeze(this);
  }

  /** Position of a feature. Throws TENON1158 for an unknown name. */
  index(name: string): number {
    const index = this.#indexes.get(name);
    if (index === undefined) throw unknownName("feature", name, this.names);
    return index;
  }

  has(name: string): boolean {
    return this.#indexes.has(name);
  }

  /** Throws TENON1158 for an unknown name. */
  declaration(name: string): FeatureDeclaration {
    return this.features[this.index(name)] as FeatureDeclaration;
  }
}

/**
 * Declares the features of a snapshot. Throws TENON1160 for a declaration that contradicts itself.
 *
 * @example
 * export const RankingFeatures = defineFeatureSchema({
 *   name: "ranking", version: 1,
 *   features: [{ name: "userShownToday", type: "i32", unit: "count", nullPolicy: "missing", owner: "ads-ranking", version: 1 }],
 * });
 */
export function defineFeatureSchema<const Names extends string>(
  options: FeatureSchemaOptions<Names>,
): FeatureSchema<Names> {
  return new FeatureSchema(options);
}

/** Strings and integers only, so that JSON is canonical here; the default is given as hex of its bits. */
function describe(feature: FeatureDeclaration): readonly (string | number | null)[] {
  const { name, type, unit, nullPolicy, owner, version, dictionary } = feature;
  const bits =
    feature.default === undefined ? null : Buffer.from(Float64Array.of(feature.default).buffer).toString("hex");
  return [name, type, unit, nullPolicy, bits, owner, version, dictionary?.fingerprint ?? null];
}

function requireSound({ name, features }: FeatureSchemaOptions): void {
  const seen = new Set<string>();
  for (const feature of features) {
    const who = `feature "${feature.name}"`;
    if (seen.has(feature.name))
      throw badFeatureSchema(name, `${who} is declared twice`, "give each feature its own name");
    seen.add(feature.name);
    if ((feature.type === "dictionary") !== (feature.dictionary !== undefined)) {
      throw badFeatureSchema(
        name,
        `${who} needs a dictionary exactly when its type is "dictionary"`,
        "add or remove `dictionary`",
      );
    }
    if ((feature.nullPolicy === "default") !== (feature.default !== undefined)) {
      throw badFeatureSchema(
        name,
        `${who} needs a default exactly when its null policy is "default"`,
        "add or remove `default`",
      );
    }
    if (feature.default !== undefined && !fits(feature, feature.default)) {
      throw badFeatureSchema(
        name,
        `${who} cannot hold its default ${feature.default}`,
        "use a value of the feature's type",
      );
    }
  }
}

/** Whether a present value can be `value`. */
export function fits(feature: FeatureDeclaration, value: number): boolean {
  switch (feature.type) {
    case "f64":
      return Number.isFinite(value);
    case "f32":
      return Number.isFinite(Math.fround(value));
    case "i32":
      return (value | 0) === value && value !== ABSENT_I32;
    case "dictionary":
      return Number.isInteger(value) && value >= 0 && value < (feature.dictionary?.words.length ?? 0);
  }
}

/** The stored form of "no value" in an i32 feature; `valueAt` gives NaN for it. No present value may be it. */
export const ABSENT_I32 = -2147483648;

/** The stored form of "no value" for each feature type. */
export const ABSENT: Readonly<Record<FeatureType, number>> = Object.freeze({
  f64: Number.NaN,
  f32: Number.NaN,
  i32: ABSENT_I32,
  dictionary: -1,
});
