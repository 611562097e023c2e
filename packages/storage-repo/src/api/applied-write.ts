/** What a write did to a stored row, as a change: the one place that says which mask and which mapping values are recorded. */
import type { MappingValues, RowChange } from "./change.ts";
import { PRESENCE } from "./change-codec.ts";
import type { AnyEntity, EntityGroup, Key } from "./entity.ts";

/** Facts that a binding knows of a group write that was newer than what was stored. */
export interface AppliedGroupWrite {
  readonly key: Key;
  /** The row was not there before. */
  readonly inserted: boolean;
  /** 0: the group had never been written. */
  readonly oldVersion: bigint;
  readonly newVersion: bigint;
  /** Bits of columns whose stored values differ. */
  readonly changed: number;
  readonly mappingBefore: MappingValues;
  readonly mappingAfter: MappingValues;
}

/**
 * Comparing old with new leaves columns clear that are null on both sides. So a row that appears has the full mask, and a
 * group's first write the group's.
 */
export function groupChange(entity: AnyEntity, group: EntityGroup, applied: AppliedGroupWrite): RowChange {
  const { key, inserted, oldVersion, newVersion, changed, mappingBefore, mappingAfter } = applied;
  const moved = mappingBefore.some((value, index) => value !== mappingAfter[index]);
  return {
    entity: entity.name,
    key,
    kind: inserted ? "insert" : "update",
    group: group.name,
    mask: inserted ? entity.mask : oldVersion === 0n ? group.mask : changed,
    oldVersion,
    newVersion,
    ...(moved && !inserted && { mappingBefore }),
    ...((moved || inserted) && entity.mapping.length > 0 && { mappingAfter }),
  };
}

export interface AppliedPresenceWrite {
  readonly key: Key;
  readonly deleted: boolean;
  /** A live row was there. */
  readonly wasLive: boolean;
  readonly oldVersion: bigint;
  readonly newVersion: bigint;
  /** As stored; a tombstone keeps them. */
  readonly mapping: MappingValues;
}

/** A delete of a row that is gone, or a restore of one that is there, moves the version and changes nothing. */
export function presenceChange(entity: AnyEntity, applied: AppliedPresenceWrite): RowChange {
  const { key, deleted, wasLive, oldVersion, newVersion, mapping } = applied;
  const changed = deleted === wasLive;
  const tellsMapping = changed && entity.mapping.length > 0;
  return {
    entity: entity.name,
    key,
    kind: deleted ? "delete" : changed ? "insert" : "update",
    group: PRESENCE,
    mask: changed ? entity.mask : 0,
    oldVersion,
    newVersion,
    ...(tellsMapping && (deleted ? { mappingBefore: mapping } : { mappingAfter: mapping })),
  };
}
