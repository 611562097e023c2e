import type { SlotKey, WiredNode, Wiring } from "../../graph/wiring.ts";
import { type FeatureReading, featureFacts, modelsOf } from "../feature-facts.ts";
import { didYouMean } from "../near-name.ts";
import {
  type Finding,
  named,
  nodeParty,
  nodeText,
  quoted,
  type Rule,
  resourceParty,
  resourceText,
  slotParty,
  slotText,
} from "../rule.ts";

/** Who reads features says which, in `scores` or `logs`: parity of scored and logged features is decided on that. */
export const featureUseDeclared: Rule = {
  name: "feature-use-declared",
  code: "TENON1023",
  *check(wiring) {
    const { scorings, loggings, undeclared } = featureFacts(wiring);
    for (const reading of [...scorings, ...loggings]) yield* wrongDeclaration(reading);
    for (const reading of scorings) yield* unnamedModelInputs(reading);
    for (const node of wiring.nodes) yield* modelWithoutScores(node);
    for (const { node, key } of undeclared) {
      // A model that is used without scores is told as such.
      if (node.definition.scores !== undefined || modelsOf(node).length === 0) yield* undeclaredRead(wiring, node, key);
    }
  },
};

function* wrongDeclaration({ node, use, key, schema }: FeatureReading): Iterable<Finding> {
  const token = use.snapshot;
  const parties = { primary: nodeParty(node, `names "${token.name}"`), secondary: [slotParty(token)] };
  if (key === undefined) {
    yield {
      severity: "error",
      message: `${nodeText(node)} scores or logs features of ${slotText(token)}, which it does not read`,
      ...parties,
      detail: { expected: `"${token.name}" in reads or soft`, found: "neither" },
      hint: "add the slot to `reads`, or name the snapshot that the node does read",
    };
  } else if (schema === undefined) {
    yield {
      severity: "error",
      message: `${nodeText(node)} scores or logs features of ${slotText(token)}, which holds no feature snapshot`,
      ...parties,
      detail: { expected: "a slot of featureSnapshotSchema", found: "another value" },
      hint: "assemble the features into a FeatureSnapshot slot and name that one",
    };
  } else if (use.features !== "all") {
    for (const name of use.features) {
      if (schema.has(name)) continue;
      yield {
        severity: "error",
        message: `${nodeText(node)} names feature "${name}", which ${slotText(token)} does not hold`,
        primary: nodeParty(node, `names "${name}"`),
        secondary: [slotParty(token, `holds features "${schema.name}"`)],
        detail: { expected: `a feature of "${schema.name}"`, found: `"${name}"` },
        hint: `${didYouMean(name, schema.names)}name a feature of the schema, or add it there`,
      };
    }
  }
}

/** The contract names features one by one, but its model reads further ones of the same snapshot. */
function* unnamedModelInputs({ node, use, schema, declared, models }: FeatureReading): Iterable<Finding> {
  for (const { resource, manifest } of models) {
    const unnamed = manifest.features.filter((name) => schema?.has(name) && !declared.has(name));
    if (unnamed.length === 0) continue;
    yield {
      severity: "error",
      message: `${resourceText(resource)} reads ${named("feature", unnamed)}, which ${nodeText(node)} does not name in scores`,
      primary: nodeParty(node, `scores "${use.snapshot.name}"`),
      secondary: [resourceParty(resource, `model ${manifest.version} reads it`), slotParty(use.snapshot)],
      detail: { expected: "every model input in scores", found: `without ${quoted(unnamed)}` },
      hint: 'add it to `features`, or write features: "all"',
    };
  }
}

function* modelWithoutScores(node: WiredNode): Iterable<Finding> {
  const [model] = modelsOf(node);
  if (model === undefined || node.definition.scores !== undefined) return;
  const { resource, manifest } = model;
  yield {
    severity: "error",
    message: `${nodeText(node)} uses model "${resource.name}" (owner ${resource.owner}) and does not say which snapshot it scores`,
    primary: nodeParty(node, "no `scores`"),
    secondary: [resourceParty(resource, `model ${manifest.version}, reads ${quoted(manifest.features)}`)],
    detail: { expected: 'scores: { snapshot, features: "all" }', found: "none" },
    hint: "declare `scores` with the snapshot slot that the model is given",
  };
}

function* undeclaredRead(wiring: Wiring, node: WiredNode, key: SlotKey): Iterable<Finding> {
  const slot = wiring.slots.get(key);
  const token = slot?.tokens[0];
  if (slot === undefined || token === undefined) return;
  yield {
    severity: "error",
    message: `${nodeText(node)} reads features from ${slotText(slot)} and does not say which, neither in scores nor in logs`,
    primary: nodeParty(node, "no `scores`, no `logs`"),
    secondary: [slotParty(slot, "holds the features"), ...slot.writers.map((writer) => nodeParty(writer, "writes it"))],
    detail: { expected: `scores or logs with snapshot "${token.name}"`, found: "neither" },
    hint: "declare scores: { snapshot, features: [ … ] } for what it computes with, or logs for what it logs",
  };
}
