/** Forward columns as sections of an index file. */
import type { Sections } from "../files/index.ts";
import { SectionReader } from "../files/section-reader.ts";
import { prefixed } from "../files/sections.ts";
import type { ColumnForm, Family, Form } from "./column-layout.ts";
import { FORWARD_COLUMN_NAMES, type ForwardColumnName } from "./forward-columns.ts";
import { FAMILIES, type ForwardTable, placed } from "./forward-table.ts";
import { type Codebooks, WORD_NAMES } from "./forward-values.ts";

const PREFIX = "forward";

/** A column in the file: `values` forms hold theirs in one section, from `from` on, `count` of them. */
interface StoredColumn {
  readonly name: string;
  readonly family: Family;
  readonly form: Form["form"];
  readonly start?: number;
  readonly step?: number;
  readonly from?: number;
  readonly count?: number;
}

interface StoredTable {
  readonly size: number;
  readonly columns: readonly StoredColumn[];
  /** The words that the codes of word columns mean, by column. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** Sections named `forward.…`. */
export function forwardToSections({ size, columns, families }: ForwardTable, codebooks: Codebooks): Sections {
  const values: number[] = [];
  const stored = Array.from(columns, ([name, { form }]): StoredColumn => {
    const { family } = form;
    if (form.form === "plain") return { name, family, form: "plain" };
    if (form.form === "steps") return { name, family, form: "steps", start: form.start, step: form.step };
    const from = values.length;
    for (const value of form.values) values.push(value);
    return { name, family, form: "values", from, count: form.values.length };
  });
  const words = Object.fromEntries(WORD_NAMES.map((name) => [name, codebooks[name].dictionary().words]));
  const table: StoredTable = { size, columns: stored, words };
  return prefixed(PREFIX, {
    columns: JSON.stringify(table),
    values: Float64Array.from(values),
    ...Object.fromEntries(FAMILIES.map((family) => [family, families[family]])),
  });
}

/**
 * Views the rows where they are. Words that the index does not know yet join its codebooks.
 *
 * @throws GraphError TENON1420 when a section is not there, TENON1421 when a column that this program reads is not
 */
export function forwardFromSections(sections: Sections, codebooks: Codebooks): ForwardTable {
  const reader = new SectionReader(sections, PREFIX);
  const { size, columns, words } = JSON.parse(reader.section("columns", "utf8")) as StoredTable;
  const values = reader.float64("values");
  const stored = new Map(columns.map((column) => [column.name, column]));
  const forms = new Map<ForwardColumnName, ColumnForm>();
  for (const name of FORWARD_COLUMN_NAMES) {
    const column = stored.get(name);
    if (column === undefined) throw reader.wrong("columns", `a column "${name}"`, [...stored.keys()].join(", "));
    forms.set(name, formOf(column, values));
  }
  for (const name of WORD_NAMES) {
    const form = forms.get(name) as ColumnForm & { readonly form: "values" };
    const own = words[name] ?? [];
    // Codes of the file's words become codes of the index's words, in the table alone: the rows stay as they are.
    forms.set(name, { ...form, values: form.values.map((code) => codebooks[name].codeOf(own[code] ?? "")) });
  }
  // A column that this program no longer reads keeps its place: strides are those of the file.
  return placed(size, forms, (family) => reader.section(family, family), columns);
}

function formOf(
  { family, form, start = 0, step = 1, from = 0, count = 0 }: StoredColumn,
  values: Float64Array,
): ColumnForm {
  if (form === "plain") return { family, form };
  if (form === "steps") return { family, form, start, step };
  return { family, form, values: values.subarray(from, from + count) };
}
