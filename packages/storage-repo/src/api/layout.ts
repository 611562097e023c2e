/**
 * Layout of masks and change records. A record names tables, groups and columns by their place; the layout it was written
 * with says which those are. Declarations may gain, lose, move and rename columns: readers translate old masks by name.
 */
import type { AnyEntity } from "./entity.ts";

export interface TableLayout {
  readonly name: string;
  readonly groups: readonly string[];
  /** In order of their bits. */
  readonly columns: readonly string[];
}

/** In order of the numbers that records use. */
export type Layout = readonly TableLayout[];

export function layoutOf(entities: readonly AnyEntity[]): Layout {
  return entities.map(({ name, groups, columns }) => ({
    name,
    groups: groups.map((group) => group.name),
    columns: columns.map((column) => column.name),
  }));
}

/** Rewrites a mask of a stored layout to the entity's bits of today. Columns that are gone fall away. */
export function maskTranslator(table: TableLayout, entity: AnyEntity): (mask: number) => number {
  const bits = table.columns.map((name) => bitOf(entity, name));
  if (bits.length === entity.columns.length && bits.every((bit, index) => bit === index)) return (mask) => mask;
  const allBefore = 2 ** bits.length - 1;
  return (mask) => {
    if (mask === allBefore) return entity.mask;
    let translated = 0;
    for (const [index, bit] of bits.entries()) {
      if (bit !== undefined && Math.floor(mask / 2 ** index) % 2 === 1) translated += 2 ** bit;
    }
    return translated;
  };
}

function bitOf(entity: AnyEntity, name: string): number | undefined {
  return (entity.columns.find((column) => column.name === name) ?? renamedFrom(entity, name))?.bit;
}

function renamedFrom(entity: AnyEntity, name: string) {
  return entity.columns.find((column) => column.nameBefore === name);
}
