import type { FeatureSchema } from "@tenon/graph-core";
import type { FeatureSchemaFacts, ModelArtefact } from "./model-artefact.ts";

/** The parts of an artefact that say what a model reads: the given features of a schema, in the given order. */
export function readFacts(
  schema: FeatureSchema,
  names: readonly string[],
): { readonly featureSchema: FeatureSchemaFacts; readonly dictionaries: ModelArtefact["dictionaries"] } {
  const read = names.map((name) => schema.declaration(name));
  return {
    featureSchema: {
      name: schema.name,
      version: schema.version,
      fingerprint: schema.fingerprint,
      features: read.map(({ name, type }) => ({ name, type })),
    },
    dictionaries: Object.fromEntries(
      read.flatMap(({ name, dictionary }) =>
        dictionary === undefined ? [] : [[name, { fingerprint: dictionary.fingerprint, words: [...dictionary.words] }]],
      ),
    ),
  };
}
