/**
 * What some handlers read of each entity, as one read. A row costs a query and a parse once, however many handlers look at a part
 * of it.
 */

import { compileSchema } from "@tenon/graph-core/internal";
import { type AnyEntity, type AnyRead, type EntityColumn, type RepoRow, read } from "@tenon/storage-repo/api";
import type { Handler } from "../change/handler.ts";
import { rowSchema } from "../change/row-schema.ts";
import { type GroupName, groupName } from "./handler-order.ts";

export class WidestReads {
  readonly #byEntity = new Map<AnyEntity, AnyRead>();
  readonly #checks = new Map<AnyEntity, (row: unknown) => unknown>();

  /** @param produced groups that nobody reads of a stored row of their own: they are derived */
  constructor(handlers: readonly Handler[], produced: Pick<ReadonlySet<GroupName>, "has">) {
    const columns = new Map<AnyEntity, Set<string>>();
    const inputs = handlers.flatMap((handler) => handler.inputs).filter(({ kind }) => kind !== "children");
    for (const input of inputs) {
      const { entity, columns: all } = input.read as { entity: AnyEntity; columns: readonly EntityColumn[] };
      const isDerived = ({ group }: EntityColumn) => produced.has(groupName(entity.name, group));
      const stored = input.kind === "row" ? all.filter((column) => !isDerived(column)) : all;
      if (stored.length === 0) continue;
      const of = columns.get(entity) ?? new Set();
      columns.set(entity, of);
      for (const { name } of stored) of.add(name);
    }
    for (const [entity, names] of columns) this.#byEntity.set(entity, read(entity, [...names] as never));
  }

  get all(): readonly AnyRead[] {
    return [...this.#byEntity.values()];
  }

  /** Of an entity that some row or parent is read of. */
  of(entity: AnyEntity): AnyRead {
    const widest = this.#byEntity.get(entity);
    if (widest === undefined) throw new RangeError(`entity "${entity.name}" is read by none of the handlers`);
    return widest;
  }

  /** Whether a row of the widest read fits the schemas of its columns: then every narrower one does. */
  fits(row: RepoRow, entity: AnyEntity): boolean {
    let check = this.#checks.get(entity);
    if (check === undefined) {
      check = compileSchema(rowSchema(this.of(entity))).check;
      this.#checks.set(entity, check);
    }
    return check(row) === undefined;
  }
}
