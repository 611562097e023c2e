import type { WiredNode } from "../../graph/wiring.ts";
import type { Shape } from "../../schema/shape.ts";
import type { FeatureDeclaration } from "../../values/feature-schema.ts";
import { type FeatureReading, featureFacts } from "../feature-facts.ts";
import { type Finding, named, nodeParty, nodeText, quoted, type Rule, slotParty, slotText } from "../rule.ts";
import { fieldsWithin } from "../slot-facts.ts";

/**
 * The log record can hold what it says it logs, bit for bit: the snapshot itself, or for each feature a field of its name
 * and of its very type. A narrower number, or a text, is another value.
 */
export const logRecordHoldsFeatures: Rule = {
  name: "log-record-holds-features",
  code: "TENON1028",
  *check(wiring) {
    for (const reading of featureFacts(wiring).loggings) yield* findings(reading);
  },
};

function* findings({ node, use, schema, declared }: FeatureReading): Iterable<Finding> {
  const fields = recordFields(node);
  if (schema === undefined || fields.snapshot) return;
  const features = [...declared].filter((name) => schema.has(name)).map((name) => schema.declaration(name));
  const absent = features.filter((feature) => !fields.byName.has(feature.name));
  const [record] = node.definition.writes;
  if (record === undefined) return;
  if (absent.length > 0) {
    const names = absent.map((feature) => feature.name);
    yield {
      severity: "error",
      message: `${nodeText(node)} logs ${named("feature", names)} of ${slotText(use.snapshot)}, but ${slotText(record)} has no place for it`,
      primary: nodeParty(node, `logs ${quoted(names)}`),
      secondary: [slotParty(record, "has no such field"), slotParty(use.snapshot, "holds the features")],
      detail: { expected: `the snapshot, or fields ${quoted(names)}`, found: "neither" },
      hint: "hold the whole snapshot in the record: featureSnapshotSchema of the same feature schema",
    };
  }
  for (const feature of features) {
    const shape = fields.byName.get(feature.name);
    const found = shape === undefined ? undefined : storedType(shape);
    if (shape === undefined || (found === feature.type && sameDictionary(shape, feature))) continue;
    yield {
      severity: "error",
      message: `${nodeText(node)} logs feature "${feature.name}" (owner ${feature.owner}), scored as ${feature.type}, into ${slotText(record)} as ${found}`,
      primary: slotParty(record, `holds "${feature.name}" as ${found}`),
      secondary: [
        nodeParty(node, "logs it"),
        {
          kind: "feature",
          name: feature.name,
          owner: feature.owner,
          place: use.snapshot.place,
          label: `is ${feature.type}`,
        },
      ],
      detail: { expected: feature.type, found: found ?? "nothing" },
      hint: `log the value as it was scored: columnSchema("${feature.type}"), or the whole snapshot`,
    };
  }
}

interface RecordFields {
  readonly snapshot: boolean;
  readonly byName: ReadonlyMap<string, Shape>;
}

function recordFields(node: WiredNode): RecordFields {
  const byName = new Map<string, Shape>();
  let snapshot = false;
  for (const record of node.definition.writes) {
    for (const { name, shape } of fieldsWithin(record)) {
      snapshot ||= shape.kind === "guarded" && shape.value.kind === "featureSnapshot";
      if (name !== "" && !byName.has(name)) byName.set(name, shape);
    }
  }
  return { snapshot, byName };
}

/** How a field stores a number: as a column of a type, as the number itself (f64), or otherwise. */
function storedType(shape: Shape): string {
  switch (shape.kind) {
    case "guarded":
      return shape.value.kind === "column" ? shape.value.type : shape.value.kind;
    case "number":
      return shape.checks.length === 0 ? "f64" : "a restricted number";
    case "array":
      return storedType(shape.element);
    case "nullable":
    case "optional":
      return storedType(shape.inner);
    default:
      return shape.kind;
  }
}

function sameDictionary(shape: Shape, feature: FeatureDeclaration): boolean {
  if (shape.kind !== "guarded" || shape.value.kind !== "column") return true;
  const { dictionary } = shape.value;
  return dictionary === undefined || dictionary.fingerprint === feature.dictionary?.fingerprint;
}
