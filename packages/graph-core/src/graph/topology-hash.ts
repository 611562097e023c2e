import { createHash } from "node:crypto";
import type { Topology } from "./topology.ts";

const hashes = new WeakMap<Topology, string>();

/**
 * Identifies the declared shape: SHA-256, hex, over the topology as JSON with sorted keys and without places.
 * Moving code does not change it; any change of wiring, contract, owner, budget or slot schema does.
 */
export function topologyHash(topology: Topology): string {
  let hash = hashes.get(topology);
  if (hash === undefined) {
    hash = createHash("sha256")
      .update(JSON.stringify(withoutPlaces(topology)))
      .digest("hex");
    hashes.set(topology, hash);
  }
  return hash;
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "place");
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutPlaces(part)]));
}
