import type { Place } from "../contract/place.ts";
import type { Topology } from "../graph/topology.ts";

/**
 * The topology with places relative to `root`, in the form `packages/nodes/x.ts`. A place outside the root, and every
 * place where there is no root, becomes `null`: no rendering tells where it was built.
 */
export function withPlaces(topology: Topology, root: string | undefined): Topology {
  return relative(topology, root) as Topology;
}

function relative(value: unknown, root: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((part) => relative(part, root));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === "place" ? relativePlace(part as Place | null, root) : relative(part, root),
    ]),
  );
}

function relativePlace(place: Place | null, root: string | undefined): Place | null {
  if (place === null || root === undefined) return null;
  const folder = `${root.replaceAll("\\", "/").replace(/\/+$/, "")}/`;
  const file = place.file.replaceAll("\\", "/");
  return file.startsWith(folder) ? { ...place, file: file.slice(folder.length) } : null;
}
