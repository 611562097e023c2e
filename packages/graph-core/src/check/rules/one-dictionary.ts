import type { ModelManifest } from "../../contract/resource.ts";
import type { FeatureSchema } from "../../values/feature-schema.ts";
import { featureFacts } from "../feature-facts.ts";
import { nodeParty, nodeText, type Rule, resourceParty, resourceText, slotParty, slotText } from "../rule.ts";

/** A categorical feature is encoded with the dictionary that its model was trained with: codes carry no words. */
export const oneDictionary: Rule = {
  name: "one-dictionary",
  code: "TENON1027",
  *check(wiring) {
    for (const { node, use, schema, models } of featureFacts(wiring).scorings) {
      for (const { resource, manifest } of models) {
        if (schema === undefined) continue;
        for (const { feature, expected, found } of dictionaryDifferences(manifest, schema)) {
          yield {
            severity: "error",
            message: `feature "${feature}" (owner ${schema.declaration(feature).owner}) of ${slotText(use.snapshot)} has another dictionary than ${resourceText(resource)}, which ${nodeText(node)} scores it with`,
            primary: {
              kind: "feature",
              name: feature,
              owner: schema.declaration(feature).owner,
              place: use.snapshot.place,
              label: `dictionary ${found}`,
            },
            secondary: [
              resourceParty(resource, `model ${manifest.version}, dictionary ${expected}`),
              nodeParty(node, "scores it"),
              slotParty(use.snapshot, "holds it"),
            ],
            detail: { expected: `dictionary ${expected}`, found: `dictionary ${found}` },
            hint: "ship the dictionary with the model and use it in the feature schema, or retrain with the new one",
          };
        }
      }
    }
  },
};

interface Difference {
  readonly feature: string;
  readonly expected: string;
  readonly found: string;
}

/** Features of the model whose dictionary in the snapshot is not the one it was trained with. */
export function dictionaryDifferences(manifest: ModelManifest, schema: FeatureSchema): readonly Difference[] {
  const read = new Set([...manifest.features, ...Object.keys(manifest.dictionaries)]);
  return [...read].flatMap((feature) => {
    if (!schema.has(feature)) return [];
    const expected = manifest.dictionaries[feature];
    const found = schema.declaration(feature).dictionary?.fingerprint;
    return expected === found ? [] : [{ feature, expected: short(expected), found: short(found) }];
  });
}

function short(fingerprint: string | undefined): string {
  return fingerprint?.slice(0, 12) ?? "none";
}
