import { columnSchema, slot } from "@tenon/graph-core";
import type { AnyRead, EntityColumn, RowOf } from "@tenon/storage-repo/api";
import { z } from "zod";

/**
 * The schema of a slot that holds a row of a declared read: key, versions of its groups, and the declared columns, which are
 * `null` where their group was not written yet.
 *
 * @example
 * export const Budget = slot("budget", z.nullable(rowSchema(CampaignBudget)), { owner: "ads-delivery" });
 */
export function rowSchema<Token extends AnyRead>(read: Token): z.ZodType<RowOf<Token>> {
  const columns = (read.columns as readonly EntityColumn[]).map(({ name, schema }) => [
    name,
    z.nullable((schema as z.ZodType | undefined) ?? columnSchema("u8")),
  ]);
  return z.strictObject({
    key: read.entity.keySchema,
    versions: z.record(z.string(), z.bigint()),
    columns: z.strictObject(Object.fromEntries(columns)),
  }) as unknown as z.ZodType<RowOf<Token>>;
}

/** What a handler's run is about. Every handler's graph may ask for it. */
export const WorkItem = slot(
  "workItem",
  z.strictObject({
    /** Key of the row that the handler derives. */
    key: z.union([z.string(), z.int()]),
    /** For what the run writes: rises with every run of the key. */
    version: z.bigint(),
  }),
  { owner: "ads-streams", purposeOf: "the key that a handler works on, and the version of what it writes" },
);
