import type { AnyEntity, EntityColumn } from "@tenon/storage-repo/api";
import type { Handler } from "@tenon/stream-runtime";
import { columnName, type Item, type LineageBuilder } from "./lineage.ts";

/** What handlers read, and what they make of it (L2). */
export function addHandlers(builder: LineageBuilder, handlers: readonly Handler[]): void {
  for (const handler of handlers) {
    const actor = { kind: "handler", name: handler.name, owner: handler.owner } as const;
    const read = inputColumns(handler).map(({ entity, column }) => columnItem(builder, entity, column));
    for (const made of producedColumns(handler)) {
      const product = columnItem(builder, made.entity, made.column);
      for (const input of new Set(read)) builder.edge(input, product, [actor]);
    }
  }
}

export interface EntityColumnAt {
  readonly entity: AnyEntity;
  readonly column: EntityColumn;
}

/** Of all its inputs, the columns that rows are found by among them. */
export function inputColumns({ inputs }: Handler): readonly EntityColumnAt[] {
  return inputs.flatMap(({ read }) =>
    (read.columns as readonly EntityColumn[]).map((column) => ({ entity: read.entity as AnyEntity, column })),
  );
}

export function producedColumns({ produces }: Handler): readonly EntityColumnAt[] {
  return produces.flatMap(({ entity, groups }) =>
    entity.columns.filter(({ group }) => groups.includes(group)).map((column) => ({ entity, column })),
  );
}

function columnItem(builder: LineageBuilder, entity: AnyEntity, { group, name }: EntityColumn): Item {
  const declared = entity.groups.find((each) => each.name === group);
  return builder.item("column", columnName(entity.name, group, name), {
    owner: declared?.owner ?? entity.owner,
    ...(declared !== undefined && { class: declared.class }),
  });
}
