/** Who scores and who logs which features of which snapshot: what the rules about parity are decided on. */
import type { FeatureUse } from "../contract/node.ts";
import type { AnyResource, ModelManifest } from "../contract/resource.ts";
import type { SlotKey, WiredNode, Wiring } from "../graph/wiring.ts";
import type { FeatureSchema } from "../values/feature-schema.ts";
import { featureSchemaOf } from "./slot-facts.ts";

/** A resource that is a model. */
export interface Model {
  readonly resource: AnyResource;
  readonly manifest: ModelManifest;
}

/** A node's `scores`, or one entry of its `logs`. */
export interface FeatureReading {
  readonly node: WiredNode;
  readonly use: FeatureUse;
  /** Key of the snapshot slot; `undefined` when the node does not read it. */
  readonly key: SlotKey | undefined;
  /** `undefined` when the slot holds no snapshot. */
  readonly schema: FeatureSchema | undefined;
  /** Models that read this snapshot; empty for a log. */
  readonly models: readonly Model[];
  /** The features named in the contract, or all of the schema. */
  readonly declared: ReadonlySet<string>;
  /** The features that count: what the models read, and what the contract names. */
  readonly used: ReadonlySet<string>;
}

export interface FeatureFacts {
  readonly scorings: readonly FeatureReading[];
  readonly loggings: readonly FeatureReading[];
  /** Snapshots read by nodes that say nothing of features and write something other than a snapshot. */
  readonly undeclared: readonly { readonly node: WiredNode; readonly key: SlotKey }[];
}

const known = new WeakMap<Wiring, FeatureFacts>();

/** Active nodes only: what a shadow scores is compared, never served. */
export function featureFacts(wiring: Wiring): FeatureFacts {
  let facts = known.get(wiring);
  if (facts === undefined) {
    facts = {
      scorings: wiring.nodes.flatMap((node) => {
        const { scores } = node.definition;
        return scores === undefined ? [] : [reading(node, scores, modelsOf(node))];
      }),
      loggings: wiring.nodes.flatMap((node) => (node.definition.logs ?? []).map((use) => reading(node, use, []))),
      undeclared: wiring.nodes.flatMap((node) => undeclaredKeys(node).map((key) => ({ node, key }))),
    };
    known.set(wiring, facts);
  }
  return facts;
}

export function modelsOf(node: WiredNode): readonly Model[] {
  return node.definition.uses.flatMap((resource) =>
    resource.manifest === undefined ? [] : [{ resource, manifest: resource.manifest }],
  );
}

/** A snapshot that goes in and something else that comes out: features were used. Snapshot to snapshot is assembly. */
function undeclaredKeys(node: WiredNode): readonly SlotKey[] {
  const { scores, logs = [], writes } = node.definition;
  if (writes.every((token) => featureSchemaOf(token) !== undefined)) return [];
  const declared = new Set([...(scores === undefined ? [] : [scores]), ...logs].map((use) => use.snapshot.name));
  const read = snapshotsRead(node);
  // A snapshot that is named and not read was named by mistake for one that is read: one mistake, told at the name.
  const misnamed = [...declared].some((name) => !read.some((each) => each.name === name));
  return misnamed ? [] : read.flatMap(({ name, key }) => (declared.has(name) ? [] : [key]));
}

/** The snapshots a node reads, required and soft. */
function snapshotsRead(node: WiredNode): readonly { readonly name: string; readonly key: SlotKey }[] {
  const tokens = [...node.definition.reads, ...node.definition.soft];
  const keys = [...node.reads, ...node.soft];
  return tokens.flatMap((token, index) =>
    featureSchemaOf(token) === undefined ? [] : [{ name: token.name, key: keys[index] as SlotKey }],
  );
}

function reading(node: WiredNode, use: FeatureUse, models: readonly Model[]): FeatureReading {
  const schema = featureSchemaOf(use.snapshot);
  const read = models.flatMap((model) => model.manifest.features);
  const declared = new Set(use.features === "all" ? (schema?.names ?? []) : use.features);
  const used = new Set(use.features === "all" && models.length > 0 ? read : [...declared, ...read]);
  return { node, use, key: keyOf(node, use), schema, models, declared, used };
}

function keyOf(node: WiredNode, use: FeatureUse): SlotKey | undefined {
  const required = node.definition.reads.indexOf(use.snapshot);
  if (required >= 0) return node.reads[required];
  const soft = node.definition.soft.indexOf(use.snapshot);
  return soft >= 0 ? node.soft[soft] : undefined;
}
