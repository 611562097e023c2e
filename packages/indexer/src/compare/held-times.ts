/**
 * A group keeps the source time of its last run. What has changed since is nothing that it is made of, or its handler would have been
 * woken; so an older time than a run would find now is no difference. The newest time of all groups of a document is exact.
 */
import { isSourceTime } from "@tenon/nodes";

type Columns = Readonly<Record<string, unknown>>;

/** Whether a column is a source time that may stand for the derived one. */
export function isHeldTime(column: string, held: unknown, derived: unknown): boolean {
  return isSourceTime(column) && typeof held === "number" && typeof derived === "number" && held <= derived;
}

/** The derived columns, with those source times that are held and may stay. */
export function withHeldTimes(derived: Columns, held: Columns): Columns {
  const columns = Object.entries(derived).map(([name, value]) => {
    return [name, isHeldTime(name, held[name], value) ? held[name] : value];
  });
  return Object.fromEntries(columns);
}
