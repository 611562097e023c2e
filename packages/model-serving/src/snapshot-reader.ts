import { type Column, type FeatureSchema, type FeatureSnapshot, GraphError } from "@tenon/graph-core";
import type { ModelArtefact } from "./artefact/model-artefact.ts";

export interface ReaderOptions {
  /**
   * Other feature schemas the model may score, by fingerprint: a change of owner or a new feature changes a schema's
   * fingerprint but not what this model reads. Its features must still be there, with their types and dictionaries.
   */
  readonly compatibleFingerprints?: readonly string[];
}

/** The columns of a model's features, in the model's order. */
export type SnapshotReader = (snapshot: FeatureSnapshot) => readonly Column[];

/**
 * Makes the reader of a model. A schema object is checked once, at its first snapshot.
 * The reader throws TENON1452 for a snapshot of a schema the model was not trained on, TENON1453 for another dictionary.
 */
export function snapshotReader(artefact: ModelArtefact, options: ReaderOptions = {}): SnapshotReader {
  const accepted = new Set([artefact.featureSchema.fingerprint, ...(options.compatibleFingerprints ?? [])]);
  const positions = new WeakMap<FeatureSchema, readonly number[]>();
  return (snapshot) => {
    let known = positions.get(snapshot.schema);
    if (known === undefined) {
      known = requireSchema(artefact, accepted, snapshot.schema);
      positions.set(snapshot.schema, known);
    }
    return known.map((position) => snapshot.columnAt(position));
  };
}

function requireSchema(
  artefact: ModelArtefact,
  accepted: ReadonlySet<string>,
  schema: FeatureSchema,
): readonly number[] {
  if (!accepted.has(schema.fingerprint)) {
    throw schemaMismatch(
      artefact,
      schema,
      `fingerprint ${[...accepted].join(" or ")}`,
      `fingerprint ${schema.fingerprint}`,
    );
  }
  return artefact.featureSchema.features.map(({ name, type }) => {
    if (!schema.has(name)) throw schemaMismatch(artefact, schema, `feature "${name}"`, "none of that name");
    const declaration = schema.declaration(name);
    if (declaration.type !== type) {
      throw schemaMismatch(artefact, schema, `feature "${name}" of type ${type}`, `type ${declaration.type}`);
    }
    const expected = artefact.dictionaries[name]?.fingerprint;
    if (declaration.dictionary?.fingerprint !== expected)
      throw dictionaryMismatch(artefact, name, declaration, expected);
    return schema.index(name);
  });
}

function schemaMismatch(artefact: ModelArtefact, schema: FeatureSchema, expected: string, found: string): GraphError {
  return new GraphError(
    `model "${artefact.version}" cannot score snapshots of feature schema "${schema.name}" version ${schema.version}`,
    {
      code: "TENON1452",
      category: "definition",
      detail: `expected ${expected}, found ${found}`,
      hint: "serve the model trained on this schema, or, if nothing this model reads has changed its meaning, add the fingerprint to compatibleFingerprints",
    },
  );
}

function dictionaryMismatch(
  artefact: ModelArtefact,
  feature: string,
  declaration: { readonly owner: string; readonly dictionary?: { readonly fingerprint: string } },
  expected: string | undefined,
): GraphError {
  return new GraphError(`model "${artefact.version}" was trained with another dictionary of feature "${feature}"`, {
    code: "TENON1453",
    category: "definition",
    owner: declaration.owner,
    detail: `expected dictionary ${expected ?? "none"}, found ${declaration.dictionary?.fingerprint ?? "none"}`,
    hint: "codes of another dictionary mean other words: encode with the artefact's dictionary, or train the model again",
  });
}
