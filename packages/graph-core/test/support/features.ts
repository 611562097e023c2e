/** A snapshot of two features, who scores it and who logs it: what the rules about parity are tested on. */
import { z } from "zod";
import type { Node } from "../../src/contract/node.ts";
import { type ModelManifest, type Resource, resource } from "../../src/contract/resource.ts";
import { type AnySlot, slot } from "../../src/contract/slot.ts";
import { defineFeatureSchema, type FeatureDeclaration, type FeatureSchema } from "../../src/values/feature-schema.ts";
import { featureSnapshotSchema } from "../../src/values/schema-kinds.ts";
import { numberSlot, step, wired } from "./wired.ts";

const shared = { type: "f64", unit: "none", nullPolicy: "missing", owner: "team-f", version: 1 } as const;

export const age: FeatureDeclaration = { ...shared, name: "age" };
export const clicks: FeatureDeclaration = { ...shared, name: "clicks" };

export function schemaOf(...features: FeatureDeclaration[]): FeatureSchema {
  return defineFeatureSchema({ name: "ranking", version: 1, features });
}

export const schema = schemaOf(age, clicks);

export function snapshotSlot(name: string, of: FeatureSchema = schema): AnySlot {
  return slot(name, featureSnapshotSchema(of), { owner: `team-${name}` });
}

export const Features = snapshotSlot("features");
export const Score = numberSlot("score");
export const FeatureLog = slot("featureLog", z.object({ features: featureSnapshotSchema(schema) }), {
  owner: "team-log",
  leaves: "log",
});

export function model(manifest: Partial<ModelManifest> = {}): Resource {
  return resource<object>()("model", {
    owner: "team-m",
    purpose: "predicts",
    manifest: {
      version: "7",
      featureSchemaFingerprint: schema.fingerprint,
      features: ["age", "clicks"],
      dictionaries: {},
      ...manifest,
    },
  });
}

/** A node that scores `Features`. */
export function rank(contract: object = {}): Node {
  const scores = { snapshot: Features, features: "all" };
  return step("team-rank", { reads: [Features], writes: [Score], scores, ...contract });
}

/** A node that logs `Features`. */
export function logging(contract: object = {}): Node {
  const logs = [{ snapshot: Features, features: "all" }];
  return step("team-log", { reads: [Features], writes: [FeatureLog], logs, ...contract });
}

/** The graph of both, with `Features` from the request. */
export function parity(nodes: Readonly<Record<string, Node>>, request: readonly AnySlot[] = [Features]) {
  const writes = new Set(Object.values(nodes).flatMap((each) => each.definition.writes));
  const respond = [Score, FeatureLog].filter((each) => writes.has(each));
  return wired({ request, nodes, respond });
}
