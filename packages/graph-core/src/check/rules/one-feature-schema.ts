import type { AnySlot } from "../../contract/slot.ts";
import type { FeatureSchema } from "../../values/feature-schema.ts";
import { type FeatureReading, featureFacts, type Model } from "../feature-facts.ts";
import {
  type Finding,
  named,
  nodeParty,
  nodeText,
  type Rule,
  resourceParty,
  resourceText,
  slotParty,
  slotText,
} from "../rule.ts";
import { fieldsWithin } from "../slot-facts.ts";
import { dictionaryDifferences } from "./one-dictionary.ts";

/** Model, snapshot and log record speak of one feature schema: equal fingerprints, or numbers change their meaning. */
export const oneFeatureSchema: Rule = {
  name: "one-feature-schema",
  code: "TENON1026",
  *check(wiring) {
    const { scorings, loggings } = featureFacts(wiring);
    for (const reading of scorings) {
      const { schema } = reading;
      if (schema === undefined) continue;
      for (const model of reading.models) yield* otherThanTrained(reading, model, schema);
    }
    for (const reading of loggings) yield* otherThanLogged(reading);
  },
};

function* otherThanTrained({ node, use }: FeatureReading, model: Model, schema: FeatureSchema): Iterable<Finding> {
  const { resource, manifest } = model;
  if (manifest.featureSchemaFingerprint === schema.fingerprint) return;
  const missing = manifest.features.filter((name) => !schema.has(name));
  // A dictionary that differs changes the fingerprint too; `one-dictionary` says which.
  if (missing.length === 0 && dictionaryDifferences(manifest, schema).length > 0) return;
  const parties = {
    primary: nodeParty(node, `scores "${use.snapshot.name}" with "${resource.name}"`),
    secondary: [
      resourceParty(resource, `model ${manifest.version}, trained on ${short(manifest.featureSchemaFingerprint)}`),
      slotParty(use.snapshot, `holds "${schema.name}" version ${schema.version}, ${short(schema.fingerprint)}`),
    ],
    detail: {
      expected: `feature schema ${short(manifest.featureSchemaFingerprint)}`,
      found: short(schema.fingerprint),
    },
  };
  const who = resourceText(resource);
  yield {
    severity: "error",
    message:
      missing.length > 0
        ? `${who} reads ${named("feature", missing)}, which ${slotText(use.snapshot)}, scored by ${nodeText(node)}, does not hold`
        : `${who} was trained on another feature schema than that of ${slotText(use.snapshot)}, scored by ${nodeText(node)}`,
    ...parties,
    hint: "bind a model that was trained on this schema, or restore the schema's features, types, units and defaults",
  };
}

function* otherThanLogged({ node, use, schema }: FeatureReading): Iterable<Finding> {
  if (schema === undefined) return;
  const held = node.definition.writes.flatMap((record) => snapshotsIn(record).map((inside) => ({ record, inside })));
  const [first] = held;
  // A record without any snapshot is `log-record-holds-features`' to judge.
  if (first === undefined || held.some(({ inside }) => inside.fingerprint === schema.fingerprint)) return;
  const { record, inside } = first;
  yield {
    severity: "error",
    message: `${nodeText(node)} logs ${slotText(use.snapshot)} into ${slotText(record)}, which holds another feature schema`,
    primary: nodeParty(node, `logs "${use.snapshot.name}"`),
    secondary: [
      slotParty(record, `holds "${inside.name}" version ${inside.version}, ${short(inside.fingerprint)}`),
      slotParty(use.snapshot, `holds "${schema.name}" version ${schema.version}, ${short(schema.fingerprint)}`),
    ],
    detail: { expected: `feature schema ${short(schema.fingerprint)}`, found: short(inside.fingerprint) },
    hint: "declare the log record with featureSnapshotSchema of the schema that is scored",
  };
}

function snapshotsIn(record: AnySlot): readonly FeatureSchema[] {
  return [...fieldsWithin(record)].flatMap(({ shape }) =>
    shape.kind === "guarded" && shape.value.kind === "featureSnapshot" ? [shape.value.schema] : [],
  );
}

/** Enough of a fingerprint to tell two apart at sight. */
function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}
