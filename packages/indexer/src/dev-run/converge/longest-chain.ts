import type { EntityColumn } from "@tenon/storage-repo/api";
import type { Handler } from "@tenon/stream-runtime";

/**
 * The longest chain among handlers that ran, each of which reads what the one before it writes: how many runs lie, one after the
 * other, between a change of a row and the document.
 *
 * @param runs graph → runs
 */
export function longestChain(handlers: readonly Handler[], runs: Readonly<Record<string, number>>): readonly string[] {
  const ran = handlers.filter(({ graph }) => runs[graph.name] !== undefined);
  const best = new Map<Handler, readonly string[]>();
  const chainTo = (handler: Handler, above: ReadonlySet<Handler>): readonly string[] => {
    const known = best.get(handler);
    if (known !== undefined) return known;
    const read = new Set(
      handler.inputs.flatMap(({ read: { entity, columns } }) =>
        (columns as readonly EntityColumn[]).map(({ group }) => `${entity.name}.${group}`),
      ),
    );
    const before = ran.filter(
      (each) => each !== handler && !above.has(each) && writes(each).some((group) => read.has(group)),
    );
    const longest = before
      .map((each) => chainTo(each, new Set([...above, handler])))
      .reduce<readonly string[]>((one, other) => (other.length > one.length ? other : one), []);
    const chain = [...longest, handler.graph.name];
    best.set(handler, chain);
    return chain;
  };
  return ran
    .map((handler) => chainTo(handler, new Set()))
    .reduce<readonly string[]>((one, other) => (other.length > one.length ? other : one), []);
}

function writes({ produces }: Handler): readonly string[] {
  return produces.flatMap(({ entity, groups }) => groups.map((group) => `${entity.name}.${group}`));
}
