/** Reads forward columns of given ads across the segments of a snapshot. */
import { type Column, DictionaryColumn, F64Column, I32Column, IdColumn, U8Column } from "@tenon/graph-core";
import { unknownForwardColumn } from "../errors.ts";
import type { SegmentView } from "../segments/segment-view.ts";
import {
  FORWARD_COLUMN_NAMES,
  FORWARD_COLUMN_TYPES,
  type ForwardColumnName,
  ROW_FOUND,
  ROW_MISSING,
} from "./forward-columns.ts";
import { type Dictionaries, FORWARD_STRIDE, forwardOffset, type WordName } from "./forward-table.ts";

/** Where ads are: row `rowOf[n]` of `views[viewOf[n]]`; row -1 for an ad that is not live. */
export interface Places {
  readonly views: readonly SegmentView[];
  readonly viewOf: Int32Array;
  readonly rowOf: Int32Array;
  readonly missingCount: number;
}

export function locate(ids: IdColumn, views: readonly SegmentView[]): Places {
  const viewOf = new Int32Array(ids.length);
  const rowOf = new Int32Array(ids.length);
  let missingCount = 0;
  for (let place = 0; place < ids.length; place++) {
    const id = ids.at(place);
    let row = -1;
    for (let view = 0; row < 0 && view < views.length; view++) {
      row = (views[view] as SegmentView).liveRowOf(id);
      viewOf[place] = view;
    }
    rowOf[place] = row;
    if (row < 0) missingCount++;
  }
  return { views, viewOf, rowOf, missingCount };
}

export function readStatus({ rowOf }: Places): U8Column {
  return U8Column.fill(rowOf.length, (place) => ((rowOf[place] as number) < 0 ? ROW_MISSING : ROW_FOUND));
}

/** Columns by name. Throws TENON1404 for a name that is no forward column. */
export function readColumns(
  names: readonly ForwardColumnName[],
  places: Places,
  dictionaries: Dictionaries,
): Readonly<Record<string, Column>> {
  const values = gatherValues(names, places);
  const size = places.rowOf.length;
  const columns: Record<string, Column> = {};
  for (const [place, name] of names.entries()) {
    columns[name] = columnOf(name, values.subarray(place * size, (place + 1) * size), dictionaries);
  }
  return columns;
}

/** The values of `names`, column after column. Reads ad by ad, because an ad's values stand together. */
function gatherValues(names: readonly ForwardColumnName[], { views, viewOf, rowOf }: Places): Float64Array {
  const size = rowOf.length;
  const offsets = names.map((name) => forwardOffset(name) ?? unknown(name));
  const tables = views.map(({ segment }) => segment.forward);
  const values = new Float64Array(size * names.length);
  for (let place = 0; place < size; place++) {
    const row = rowOf[place] as number;
    if (row < 0) continue;
    const table = tables[viewOf[place] as number] as Float64Array;
    const base = row * FORWARD_STRIDE;
    for (let column = 0; column < offsets.length; column++) {
      values[column * size + place] = table[base + (offsets[column] as number)] as number;
    }
  }
  return values;
}

/** A missing row is 0 in every type: the code 0 is that of the empty word. */
function columnOf(name: ForwardColumnName, values: Float64Array, dictionaries: Dictionaries): Column {
  switch (FORWARD_COLUMN_TYPES[name]) {
    case "id":
      return IdColumn.from(values);
    case "f64":
      return F64Column.from(values);
    case "i32":
      return I32Column.from(values);
    case "dictionary":
      return DictionaryColumn.fromCodes(dictionaries[name as WordName], values);
  }
}

function unknown(name: string): never {
  throw unknownForwardColumn(name, FORWARD_COLUMN_NAMES);
}
