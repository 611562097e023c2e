/** Any value of a slot as JSON for people: columns are lists, a batch is one record per ad. */
import { plainValue } from "./plain-value.ts";

/** Numbers that are none are null, big integers are text. */
export function valueJson(value: unknown): unknown {
  return readable(plainValue(value));
}

type Fields = Readonly<Record<string, unknown>>;

/** Kinds of plain values → what people read. */
const KINDS: Readonly<Record<string, (content: unknown) => unknown>> = {
  $number: (text) => (text === "-0" ? -0 : null),
  $big: (text) => text,
  $column: (words) => (words as readonly unknown[]).map(readable),
  $snapshot: (snapshot) => readable((snapshot as { readonly columns: Fields }).columns),
  $scores: (scores) => {
    const { modelVersion, margins } = scores as Fields;
    return { modelVersion, margins: readable(margins) };
  },
  $batch: (batch) =>
    records(
      batch as { readonly ids: readonly unknown[]; readonly columns: Readonly<Record<string, readonly unknown[]>> },
    ),
};

function readable(plain: unknown): unknown {
  if (Array.isArray(plain)) return plain.map(readable);
  if (typeof plain !== "object" || plain === null) return plain;
  const [[name, content] = [""], ...others] = Object.entries(plain);
  const kind = others.length === 0 ? KINDS[name] : undefined;
  if (kind !== undefined) return kind(content);
  return Object.fromEntries(Object.entries(plain).map(([key, part]) => [key, readable(part)]));
}

function records({
  ids,
  columns,
}: {
  readonly ids: readonly unknown[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}): unknown {
  return ids.map((id, row) => ({
    id,
    ...Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, readable(cells[row])])),
  }));
}
