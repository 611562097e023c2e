import type { Key, RowChange } from "@tenon/storage-repo/api";
import type { PreparedHandler } from "./prepared-handler.ts";
import { concerns } from "./wake-keys.ts";

/**
 * Which handlers' work on the changed rows themselves some changes wake, each pair once. What they wake for other keys, by parents
 * and children, is the pump's to find: that takes queries.
 */
export function wokenBy(
  changes: readonly RowChange[],
  handlers: readonly PreparedHandler[],
): readonly (readonly [handler: string, key: Key])[] {
  return handlers.flatMap(({ handler: { name, inputs } }) => {
    const own = inputs.filter(({ kind }) => kind === "row");
    const woken = changes.filter((change) => own.some((input) => concerns(change, input.read)));
    return [...new Set(woken.map(({ key }) => key))].map((key) => [name, key] as const);
  });
}
