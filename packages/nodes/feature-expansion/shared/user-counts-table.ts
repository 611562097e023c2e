import { FREQUENCY_CAP_LEVELS } from "@tenon/ads-model";
import { I32Column, IdColumn, U8Column, type ValueOf } from "@tenon/graph-core";
import type { EntityCounts } from "../resources.ts";
import { USER_COUNT_ROWS_MAX, type UserCounts } from "../slots.ts";

const levelCode = (entity: EntityCounts): number => FREQUENCY_CAP_LEVELS.indexOf(entity.level);

/**
 * Counts as columns, sorted by level, then id, so that a reader finds an entity by bisection.
 * Throws for more rows than {@link USER_COUNT_ROWS_MAX}: dropping rows would lift caps.
 */
export function userCountsTable(entities: readonly EntityCounts[]): Omit<ValueOf<typeof UserCounts>, "status"> {
  if (entities.length > USER_COUNT_ROWS_MAX) {
    throw new Error(
      `the counting service answered ${entities.length} rows for one user, at most ${USER_COUNT_ROWS_MAX} are read`,
    );
  }
  const sorted = entities.toSorted(
    (left, right) => levelCode(left) - levelCode(right) || left.entityId - right.entityId,
  );
  const column = (count: (entity: EntityCounts) => number): I32Column => I32Column.from(sorted.map(count));
  return {
    level: U8Column.from(sorted.map(levelCode)),
    entityId: IdColumn.from(sorted.map((entity) => entity.entityId)),
    impressionsPer1Days: column((entity) => entity.impressionsPer1Days),
    impressionsPer7Days: column((entity) => entity.impressionsPer7Days),
    impressionsPer30Days: column((entity) => entity.impressionsPer30Days),
    clicksPer30Days: column((entity) => entity.clicksPer30Days),
    insertionsPending: column((entity) => entity.insertionsPending),
  };
}
