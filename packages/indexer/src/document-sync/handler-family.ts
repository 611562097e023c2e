/** Handlers that are keyed by the same row, which is the one that they are derived from. */
import type { AnyEntity, AnyRead, EntityColumn, Repo, RepoRow } from "@tenon/storage-repo/api";
import { read } from "@tenon/storage-repo/api";
import type { Handler } from "@tenon/stream-runtime";

export interface HandlerFamily {
  readonly entity: AnyEntity;
  readonly handlers: readonly Handler[];
  /** Keys of the rows to derive. */
  readonly keys: AnyRead;
  /** Rows that are derived from it and are no part of it: some may outlive their row. */
  readonly derived: readonly AnyRead[];
}

/** In the order in which entities first appear. */
export function familiesOf(handlers: readonly Handler[]): readonly HandlerFamily[] {
  const families = Map.groupBy(handlers, (handler) => drivingEntity(handler));
  return [...families].map(([entity, own]) => {
    const made = new Set(own.flatMap(({ produces }) => produces.map((each) => each.entity)));
    made.delete(entity);
    return { entity, handlers: own, keys: anyColumn(entity), derived: [...made].map(anyColumn) };
  });
}

/**
 * Keys to derive on the next page: of scan 0 its rows, of scan n the rows of `derived[n - 1]` whose row is gone. `last` is how far the
 * page goes, undefined when there is nothing; `isEnd` that no page follows.
 */
export function keysOfPage(
  repo: Pick<Repo, "read">,
  { keys: own, derived }: HandlerFamily,
  { scan, after, rowsMax }: { readonly scan: number; readonly after: number; readonly rowsMax: number },
): Promise<{ readonly keys: readonly number[]; readonly last: number | undefined; readonly isEnd: boolean }> {
  const scanned = (scan === 0 ? own : derived[scan - 1]) as AnyRead;
  return repo.read([own, scanned], async (snapshot) => {
    const rows = (await snapshot.page(scanned, { after, rowsMax })) as readonly RepoRow[];
    const found = rows.map(({ key }) => key as number);
    const [last, isEnd] = [found.at(-1), found.length < rowsMax];
    if (scan === 0 || found.length === 0) return { keys: found, last, isEnd };
    const live = new Set(((await snapshot.rows(own, found)) as readonly RepoRow[]).map(({ key }) => key));
    return { keys: found.filter((key) => !live.has(key)), last, isEnd };
  });
}

/** Of the first own row: what a handler reads of the rows it makes comes after it. */
function drivingEntity({ inputs, name }: Handler): AnyEntity {
  const own = inputs.find(({ kind }) => kind === "row");
  if (own === undefined) throw new RangeError(`handler "${name}" reads no row of its own`);
  return own.read.entity;
}

/** A read of a small column: only keys are wanted. */
function anyColumn(entity: AnyEntity): AnyRead {
  const small = entity.columns.find(({ type }: EntityColumn) => type !== "json" && type !== "bytes");
  return read(entity, [(small ?? entity.columns[0])?.name] as never);
}
