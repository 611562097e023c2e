import type { RowChange } from "./change.ts";
import { PRESENCE } from "./change-codec.ts";
import type { AnyEntity } from "./entity.ts";
import { type Lane, laneBits, laneOfClass } from "./lane.ts";

/** Lanes of a batch: what its groups' classes say, or the one that was asked for. Rows that appear or go are urgent. */
export function lanesOfChanges(
  entities: readonly AnyEntity[],
  { changes, lane }: { readonly changes: readonly RowChange[]; readonly lane: Lane | undefined },
): number {
  if (lane !== undefined) return laneBits([lane]);
  return laneBits(changes.map((change) => laneOfChange(entities, change)));
}

function laneOfChange(entities: readonly AnyEntity[], { entity: name, group: groupName }: RowChange): Lane {
  if (groupName === PRESENCE) return "high";
  const group = entities.find((entity) => entity.name === name)?.groups.find((each) => each.name === groupName);
  return laneOfClass(group?.class ?? "content");
}
