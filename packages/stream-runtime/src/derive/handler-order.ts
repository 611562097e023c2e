import type { Handler, HandlerInput } from "../change/handler.ts";
import { streamError } from "../task/stream-error.ts";

/** `entity.group`. */
export type GroupName = `${string}.${string}`;

export function groupName(entity: string, group: string): GroupName {
  return `${entity}.${group}`;
}

/** Groups that the handlers are the producers of. */
export function producedBy(handlers: readonly Handler[]): ReadonlySet<GroupName> {
  return new Set(
    handlers.flatMap(({ produces }) =>
      produces.flatMap(({ entity, groups }) => groups.map((group) => groupName(entity.name, group))),
    ),
  );
}

/** Groups that an input reads. */
export function groupsReadBy({ read }: HandlerInput): ReadonlySet<GroupName> {
  return new Set(read.columns.map((column: { readonly group: string }) => groupName(read.entity.name, column.group)));
}

/** Groups that the handlers read, of whatever row. */
export function readBy(handlers: readonly Handler[]): ReadonlySet<GroupName> {
  return new Set(handlers.flatMap(({ inputs }) => inputs.flatMap((input) => [...groupsReadBy(input)])));
}

/**
 * Handlers in an order in which each comes after those whose groups it reads of its own row.
 *
 * @throws GraphError TENON1810 for a circle: what it comes to depends on what was stored before
 */
export function inOrder(handlers: readonly Handler[]): readonly Handler[] {
  const ordered: Handler[] = [];
  const left = new Set(handlers);
  while (left.size > 0) {
    const waiting = producedBy([...left]);
    const ready = [...left].filter((handler) => {
      const own = producedBy([handler]);
      const read = handler.inputs.filter(({ kind }) => kind === "row").flatMap((input) => [...groupsReadBy(input)]);
      return read.every((group) => own.has(group) || !waiting.has(group));
    });
    const [first] = left;
    if (ready.length === 0 && first !== undefined)
      throw streamError(
        "wrongHandler",
        `handlers in a circle cannot be derived in memory: "${first.name}" is part of one`,
        {
          owner: first.owner,
          detail: `circle among ${[...left].map(({ name }) => name).join(", ")}`,
          hint: "derive them apart from the circle, or run them over the store",
        },
      );
    for (const handler of ready) left.delete(handler);
    ordered.push(...ready);
  }
  return ordered;
}
