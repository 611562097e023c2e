/** Dirty masks: integers with one bit per column, up to 52, so beyond what JavaScript's bit operators hold. */
import type { AnyEntity, ColumnsOf } from "./entity.ts";

const LOW_BITS = 2 ** 26;

/** Whether the masks share a column. */
export function masksMeet(left: number, right: number): boolean {
  return (
    ((left % LOW_BITS) & (right % LOW_BITS)) !== 0 || (Math.floor(left / LOW_BITS) & Math.floor(right / LOW_BITS)) !== 0
  );
}

/** The columns of either mask. */
export function joinMasks(left: number, right: number): number {
  const low = ((left % LOW_BITS) | (right % LOW_BITS)) >>> 0;
  return ((Math.floor(left / LOW_BITS) | Math.floor(right / LOW_BITS)) >>> 0) * LOW_BITS + low;
}

/** The mask of some columns: what a handler that reads them subscribes to. */
export function maskOf<Token extends AnyEntity>(
  entity: Token,
  columns: readonly (keyof ColumnsOf<Token> & string)[],
): number {
  const names = new Set<string>(columns);
  return entity.columns.reduce((mask, column) => (names.has(column.name) ? mask + 2 ** column.bit : mask), 0);
}

/** Names of the columns of a mask, in declared order. */
export function columnsOfMask(entity: AnyEntity, mask: number): readonly string[] {
  return entity.columns.filter(({ bit }) => Math.floor(mask / 2 ** bit) % 2 === 1).map(({ name }) => name);
}
