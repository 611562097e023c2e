/** A plain value as cells: fields by path, each cell by the row it belongs to, so that two versions are laid beside each other. */

/** Cell key → value. The key is the id of the ad, the place in the list, or empty for a field that is there once. */
export type Cells = ReadonlyMap<string, unknown>;

/** Fields that name the rows of a list, the first one that all of its elements have. */
const ROW_IDS = ["adId", "organicId", "insertionId", "id", "key", "name"];
const TAGS = ["$batch", "$column", "$snapshot", "$scores", "$number", "$big"];

/**
 * Path → cells. `positions[].adId`: `[]` stands for any element.
 *
 * @param unordered paths of lists that are sets: their order is no field, and their elements have no places
 */
export function cellsOf(value: unknown, unordered: ReadonlySet<string> = new Set()): CellsOfValue {
  const found: Found = Object.assign(new Map<string, Map<string, unknown>>(), { unordered, ofAds: new Set<string>() });
  collect(value, "", "", found);
  return found;
}

export type CellsOfValue = ReadonlyMap<string, Cells> & {
  /** Paths whose rows are named by the ids of ads; rows of others are places. */
  readonly ofAds: ReadonlySet<string>;
};

type Found = Map<string, Map<string, unknown>> & {
  readonly unordered: ReadonlySet<string>;
  readonly ofAds: Set<string>;
  /** Whether what is collected stands in the row of an ad. */
  inAd?: boolean;
};

function collect(value: unknown, path: string, row: string, found: Found): void {
  const tag = tagOf(value);
  if (tag !== undefined && tag !== "$number" && tag !== "$big") {
    collectTagged(tag, (value as Readonly<Record<string, Tagged & readonly unknown[]>>)[tag] ?? [], path, row, found);
    return;
  }
  if (Array.isArray(value)) {
    const idField = ROW_IDS.find(
      (name) => value.length > 0 && value.every((each) => isScalar((each as Fields)?.[name])),
    );
    const seen = new Map<string, number>();
    const isSet = found.unordered.has(path);
    for (const [at, each] of (isSet && idField === undefined ? value.toSorted(byText) : value).entries()) {
      const id = idField === undefined ? String(at) : String((each as Fields)[idField]);
      const times = seen.get(id) ?? 0;
      seen.set(id, times + 1);
      const before = found.inAd ?? false;
      found.inAd = before || (row === "" && idField === "adId");
      collect(each, `${path}[]`, join(row, times === 0 ? id : `${id}#${times}`, "/"), found);
      found.inAd = before;
    }
    // The order is a field of its own: the same ads in other places are a change.
    if (idField !== undefined && !isSet)
      put(found, `${path}[]#order`, row, value.map((each) => (each as Fields)[idField]).join(" "));
    return;
  }
  if (tag === undefined && typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) collect(part, join(path, name, "."), row, found);
    return;
  }
  put(found, path, row, value);
}

type Fields = Readonly<Record<string, unknown>>;

interface Tagged {
  readonly ids?: readonly unknown[];
  readonly columns?: Readonly<Record<string, readonly unknown[]>>;
  readonly schema?: string;
  readonly margins?: readonly unknown[];
  readonly snapshotDigest?: string;
  readonly modelVersion?: string;
}

function collectTagged(tag: string, value: Tagged & readonly unknown[], path: string, row: string, found: Found): void {
  const rows = (name: string, cells: readonly unknown[], ids?: readonly unknown[]) => {
    if (ids !== undefined && row === "") found.ofAds.add(join(path, name, "."));
    for (const [at, cell] of cells.entries())
      put(found, join(path, name, "."), join(row, String(ids?.[at] ?? at), "/"), cell);
  };
  if (tag === "$column") rows("", value);
  else if (tag === "$scores") {
    rows("margins", value.margins ?? []);
    put(found, join(path, "modelVersion", "."), row, value.modelVersion);
    put(found, join(path, "snapshotDigest", "."), row, value.snapshotDigest);
  } else {
    for (const [name, cells] of Object.entries(value.columns ?? {})) rows(name, cells, value.ids);
    if (value.ids !== undefined) {
      rows("#id", value.ids, value.ids);
      put(found, join(path, "#order", "."), row, value.ids.join(" "));
    }
    if (value.schema !== undefined) put(found, join(path, "#schema", "."), row, value.schema);
  }
}

function put(found: Found, path: string, row: string, cell: unknown): void {
  if (found.inAd === true) found.ofAds.add(path);
  const cells = found.get(path);
  if (cells === undefined) found.set(path, new Map([[row, cell]]));
  else cells.set(row, cell);
}

function tagOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 && TAGS.includes(keys[0] as string) ? keys[0] : undefined;
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

function isScalar(value: unknown): boolean {
  return typeof value === "number" || typeof value === "string";
}

function join(left: string, right: string, by: string): string {
  if (left === "") return right;
  return right === "" ? left : `${left}${by}${right}`;
}
