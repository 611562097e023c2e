/** `runs/<requestId>/nodes/<node>.json`: what one node read and wrote in one run. Made on demand, by repeating the run. */
import { z } from "zod";

export const NODE_VALUES_FORMAT = "tenon.studio.values/1";
/** Stands in the place of a value that is marked as personal. */
export const PERSONAL = "[personal]";

/** What is shown of one slot's value. What is left out is counted in its place. */
export const PREVIEW_BOUNDS = {
  /** Records and lists within each other. */
  depthMax: 4,
  /** Fields of a record, elements of a list. */
  entriesMax: 12,
  /** Values of one preview, all levels together. */
  valuesMax: 200,
  /** Characters of a text or a name. */
  charactersMax: 160,
  /** Rows of a batch: those around the ad, or the first. */
  rowsMax: 7,
  /** Columns of a batch. */
  columnsMax: 64,
} as const;

const CellSchema = z.union([z.number(), z.string(), z.boolean()]).nullable();
export type Cell = z.infer<typeof CellSchema>;

/** Rows of a batch, a snapshot, scores or a column. */
export const ValueTableSchema = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(
    z.strictObject({
      row: z.int(),
      /** Null where rows are aligned with no batch. */
      adId: z.number().nullable(),
      cells: z.array(CellSchema),
    }),
  ),
});
export type ValueTable = z.infer<typeof ValueTableSchema>;

export const SlotViewSchema = z.strictObject({
  key: z.string(),
  as: z.enum(["reads", "soft", "writes"]),
  /** Node name, or `@request`; of the plan that the document names. */
  writer: z.string().nullable(),
  /** How the writer ended in this run; `given` for a request slot. */
  outcome: z.string(),
  /** The writer's failure policy gave the value. */
  fallback: z.boolean(),
  absent: z.boolean(),
  /** `batch`, `column`, `snapshot`, `scores`, `list`, `record`, `text`, `number`, `flag`, `null`; null where absent. */
  kind: z.string().nullable(),
  /** Rows, elements or fields; null where it has none. */
  size: z.int().nullable(),
  /** Holds personal data: nothing but kind and size is told. */
  personal: z.boolean(),
  /** Null where `table` shows it, where it is personal, and where it is absent. */
  preview: z.json(),
  table: ValueTableSchema.nullable(),
  /** The asked ad's own value: by column or field. Null where it is not among the rows, or none was asked for. */
  ad: z.strictObject({ row: z.int(), values: z.record(z.string(), z.json()) }).nullable(),
});
export type SlotView = z.infer<typeof SlotViewSchema>;

export const NodeValuesSchema = z.strictObject({
  format: z.literal(NODE_VALUES_FORMAT),
  requestId: z.string(),
  node: z.string(),
  /** Hash of the graph that ran: which version of a writer is meant. */
  plan: z.string(),
  adId: z.number().nullable(),
  /** What the repeated run failed with. */
  failureCode: z.string().nullable(),
  /** Why there are no values, in a sentence. */
  none: z.string().nullable(),
  slots: z.array(SlotViewSchema),
});
export type NodeValues = z.infer<typeof NodeValuesSchema>;
