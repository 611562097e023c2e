/** Forward columns of a segment, one row per row of the segment. Rows without an ad hold nothing that anybody may read. */
import { type ColumnForm, columnForm, type Family, storedOf } from "./column-layout.ts";
import { FORWARD_COLUMN_NAMES, type ForwardColumnName } from "./forward-columns.ts";

export type FamilyRows = Uint8Array | Int32Array | Float32Array | Float64Array;

const FAMILY_ARRAYS = { u8: Uint8Array, i32: Int32Array, f32: Float32Array, f64: Float64Array } as const;
export const FAMILIES = Object.keys(FAMILY_ARRAYS) as readonly Family[];

/** Where a column's values are: `form` says what `rows[row * stride + place]` stands for. */
export interface PlacedColumn {
  readonly form: ColumnForm;
  readonly rows: FamilyRows;
  readonly stride: number;
  readonly place: number;
}

/** Columns by name, values as doubles, one per row. */
export type ColumnValues = ReadonlyMap<ForwardColumnName, Float64Array>;

export interface ForwardTable {
  readonly size: number;
  /** In the order of {@link FORWARD_COLUMN_NAMES}. */
  readonly columns: ReadonlyMap<ForwardColumnName, PlacedColumn>;
  /** By type; a family without columns is empty. */
  readonly families: Readonly<Record<Family, FamilyRows>>;
  /** Bytes of everything that is kept. */
  readonly bytes: number;
}

/**
 * Stores every column in the form that {@link columnForm} finds, or that `formOf` says.
 *
 * @param present rows that hold an ad
 */
export function layOut(
  size: number,
  values: ColumnValues,
  { present, formOf }: { readonly present: readonly number[]; readonly formOf: FormOf },
): ForwardTable {
  const forms = new Map<ForwardColumnName, ColumnForm>();
  for (const [name, column] of values) forms.set(name, formOf(name, presentValues(column, present)));
  const table = placed(size, forms, (family, stride) => new FAMILY_ARRAYS[family](size * stride));
  for (const [name, { form, rows, stride, place }] of table.columns) {
    const column = values.get(name) as Float64Array;
    const store = storedOf(form);
    for (const row of present) rows[row * stride + place] = store(column[row] as number);
  }
  return table;
}

export type FormOf = (name: ForwardColumnName, present: Float64Array) => ColumnForm;
export const narrowest: FormOf = (_, present) => columnForm(present);

/** A column's name and family, in the order in which a row holds them. */
export interface ColumnPlace {
  readonly name: string;
  readonly family: Family;
}

/**
 * The table of given forms over rows that `rowsOf` makes, or has read.
 *
 * @param order every column of a row, also those without a form here
 */
export function placed(
  size: number,
  forms: ReadonlyMap<ForwardColumnName, ColumnForm>,
  rowsOf: (family: Family, stride: number) => FamilyRows,
  order: readonly ColumnPlace[] = FORWARD_COLUMN_NAMES.map((name) => ({ name, family: familyOf(forms, name) })),
): ForwardTable {
  const namesOf = (family: Family) => order.filter((column) => column.family === family).map(({ name }) => name);
  const own = Object.fromEntries(FAMILIES.map((family) => [family, namesOf(family)])) as Record<Family, string[]>;
  const families = Object.fromEntries(FAMILIES.map((family) => [family, rowsOf(family, own[family].length)])) as Record<
    Family,
    FamilyRows
  >;
  const columns = new Map<ForwardColumnName, PlacedColumn>();
  let bytes = FAMILIES.reduce((sum, family) => sum + families[family].byteLength, 0);
  for (const [name, form] of forms) {
    const names = own[form.family];
    columns.set(name, { form, rows: families[form.family], stride: names.length, place: names.indexOf(name) });
    if (form.form === "values") bytes += form.values.byteLength;
  }
  return { size, columns, families, bytes };
}

function familyOf(forms: ReadonlyMap<ForwardColumnName, ColumnForm>, name: ForwardColumnName): Family {
  return (forms.get(name) as ColumnForm).family;
}

function presentValues(column: Float64Array, present: readonly number[]): Float64Array {
  if (present.length === column.length) return column;
  // A loop: `from` takes each value through an iterator, at ten times the price.
  const values = new Float64Array(present.length);
  for (let place = 0; place < values.length; place++) values[place] = column[present[place] as number] as number;
  return values;
}
