/**
 * Change records as they are stored: `[table, key, op, mask, oldVersion, newVersion, mappingBefore?, mappingAfter?]`, a JSON
 * array of them per transaction. `table` is the place of the entity in the layout; `op` is 4 × (place of the group + 1) + kind,
 * with group place -1 for presence. Versions are numbers where a double holds them exactly, else text.
 */
import type { ChangeKind, MappingValues, RowChange } from "./change.ts";
import type { AnyEntity, Key } from "./entity.ts";
import { type Layout, maskTranslator } from "./layout.ts";
import { repoError } from "./repo-error.ts";

const KINDS: readonly ChangeKind[] = ["insert", "update", "delete"];
const KIND_SPAN = 4;
export const PRESENCE = "presence";

type StoredVersion = number | string;
type StoredChange =
  | readonly [number, Key, number, number, StoredVersion, StoredVersion]
  | readonly [number, Key, number, number, StoredVersion, StoredVersion, MappingValues | null, MappingValues | null];

const EXACT_MAX = BigInt(Number.MAX_SAFE_INTEGER);

export class ChangeEncoder {
  readonly #places: ReadonlyMap<string, { readonly table: number; readonly groups: ReadonlyMap<string, number> }>;

  constructor(layout: Layout) {
    this.#places = new Map(
      layout.map(({ name, groups }, table) => [
        name,
        { table, groups: new Map([[PRESENCE, 0], ...groups.map((group, index) => [group, index + 1] as const)]) },
      ]),
    );
  }

  encode(changes: readonly RowChange[]): string {
    return JSON.stringify(changes.map((change) => this.#stored(change)));
  }

  #stored(change: RowChange): StoredChange {
    const { entity, key, kind, group, mask, oldVersion, newVersion, mappingBefore, mappingAfter } = change;
    const place = this.#places.get(entity);
    const op = (place?.groups.get(group) ?? 0) * KIND_SPAN + KINDS.indexOf(kind);
    const head = [place?.table ?? 0, key, op, mask, storedVersion(oldVersion), storedVersion(newVersion)] as const;
    if (mappingBefore === undefined && mappingAfter === undefined) return head;
    return [...head, mappingBefore ?? null, mappingAfter ?? null];
  }
}

interface TableDecoder {
  readonly entity: string;
  readonly groups: readonly string[];
  readonly translate: (mask: number) => number;
}

/** Reads records of one stored layout, with masks in today's bits. Changes of tables that are no longer declared fall away. */
export class ChangeDecoder {
  readonly #tables: readonly (TableDecoder | undefined)[];

  constructor(layout: Layout, entities: readonly AnyEntity[]) {
    this.#tables = layout.map((table) => {
      const entity = entities.find((each) => each.name === table.name);
      return entity === undefined
        ? undefined
        : { entity: table.name, groups: [PRESENCE, ...table.groups], translate: maskTranslator(table, entity) };
    });
  }

  /** @throws GraphError TENON1535 for text that is no change record */
  decode(body: string): readonly RowChange[] {
    const stored = parsed(body);
    const changes: RowChange[] = [];
    for (const each of stored) {
      const table = this.#tables[each[0]];
      if (table !== undefined) changes.push(readChange(each, table));
    }
    return changes;
  }
}

function readChange(stored: StoredChange, table: TableDecoder): RowChange {
  const [, key, op, mask, oldVersion, newVersion, before, after] = stored;
  return {
    entity: table.entity,
    key,
    kind: KINDS[op % KIND_SPAN] as ChangeKind,
    group: table.groups[Math.floor(op / KIND_SPAN)] as string,
    mask: table.translate(mask),
    oldVersion: BigInt(oldVersion),
    newVersion: BigInt(newVersion),
    ...(before != null && { mappingBefore: before }),
    ...(after != null && { mappingAfter: after }),
  };
}

function parsed(body: string): readonly StoredChange[] {
  try {
    const value: unknown = JSON.parse(body);
    if (Array.isArray(value)) return value as readonly StoredChange[];
  } catch {
    // Told below with the text itself.
  }
  throw repoError("TENON1535", "a change record cannot be read", {
    category: "invariant",
    expected: "a JSON array of changes",
    found: JSON.stringify(body.slice(0, 80)),
    hint: "the change_batch table is written by the repository alone: look for another writer",
  });
}

function storedVersion(version: bigint): StoredVersion {
  return version <= EXACT_MAX ? Number(version) : String(version);
}
