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
import type { ForwardTable, PlacedColumn } from "./forward-table.ts";
import type { Dictionaries, WordName } from "./forward-values.ts";

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
  const columns: Record<string, Column> = {};
  const byView = placesByView(places);
  for (const name of names) {
    if (!Object.hasOwn(FORWARD_COLUMN_TYPES, name)) throw unknownForwardColumn(name, FORWARD_COLUMN_NAMES);
    const values = new Float64Array(places.rowOf.length);
    for (const { table, ...rows } of byView) gather(values, table.columns.get(name) as PlacedColumn, rows);
    columns[name] = columnOf(name, values, dictionaries);
  }
  return columns;
}

/** `at[n]` of the answer is row `rows[n]` of the segment. */
interface ViewRows {
  readonly at: Int32Array;
  readonly rows: Int32Array;
}

/** The ads of each segment together: where a column is, is asked once per segment. */
function placesByView({
  views,
  viewOf,
  rowOf,
}: Places): readonly (ViewRows & { readonly table: Pick<ForwardTable, "columns"> })[] {
  const counts = new Int32Array(views.length);
  for (let place = 0; place < rowOf.length; place++) {
    if ((rowOf[place] as number) >= 0) (counts[viewOf[place] as number] as number)++;
  }
  const found = views.map(({ segment }, view) => ({
    table: segment.forward,
    at: new Int32Array(counts[view] as number),
    rows: new Int32Array(counts[view] as number),
  }));
  counts.fill(0);
  for (let place = 0; place < rowOf.length; place++) {
    const row = rowOf[place] as number;
    if (row < 0) continue;
    const view = viewOf[place] as number;
    const next = (counts[view] as number)++;
    (found[view] as ViewRows).at[next] = place;
    (found[view] as ViewRows).rows[next] = row;
  }
  return found.filter(({ at }) => at.length > 0);
}

/** One loop per form, so that a read is an address and at most one multiplication or look-up. */
function gather(
  values: Float64Array,
  { form, rows: stored, stride, place }: PlacedColumn,
  { at, rows }: ViewRows,
): void {
  if (form.form === "plain") {
    for (let n = 0; n < at.length; n++) {
      values[at[n] as number] = stored[(rows[n] as number) * stride + place] as number;
    }
  } else if (form.form === "steps") {
    const { start, step } = form;
    for (let n = 0; n < at.length; n++) {
      values[at[n] as number] = start + step * (stored[(rows[n] as number) * stride + place] as number);
    }
  } else {
    for (let n = 0; n < at.length; n++) {
      const code = stored[(rows[n] as number) * stride + place] as number;
      values[at[n] as number] = form.values[code] as number;
    }
  }
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
