/** Numbers and values as people read them, the same in every rendering. */
const CELL_CHARACTERS = 60;

export function percent(share: number): string {
  if (share === 0) return "0 %";
  return `${(share * 100).toFixed(Math.abs(share) < 0.1 ? 2 : 1)} %`;
}

export function amount(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1_000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}

export function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${amount(value)}`;
}

/** A cell of a plain value, in one short line; `absent` where there is none. */
export function cell(value: unknown): string {
  if (value === undefined) return "absent";
  const { $number, $big } = (value ?? {}) as { readonly $number?: string; readonly $big?: string };
  const text = $number ?? $big ?? (typeof value === "string" ? value : JSON.stringify(value));
  return text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS)}…` : text;
}

export function fieldName({ slot, path }: { readonly slot: string; readonly path: string }): string {
  return path === "" ? slot : `${slot}.${path}`;
}
