/** `graphs/<hash>.json`: one graph as it is declared, with its places on the page. */
import { z } from "zod";
import { DrawingSchema, PlaceSchema } from "./parts.ts";

export const GRAPH_FORMAT = "tenon.studio.graph/1";

export const GraphNodeSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["node", "filter", "map"]),
  owner: z.string(),
  purpose: z.string(),
  reads: z.array(z.string()),
  soft: z.array(z.string()),
  writes: z.array(z.string()),
  uses: z.array(z.string()),
  when: z.string().nullable(),
  /** The candidates it filters or adds columns to. */
  of: z.string().nullable(),
  budgetMs: z.number().nullable(),
  onFailure: z.string(),
  async: z.boolean(),
  /** `active`, `shadow of …` or `deprecated until …`. */
  state: z.string(),
  place: PlaceSchema,
  /** A slot it writes goes into the log as it was scored. */
  logged: z.boolean(),
});
export type GraphNode = z.infer<typeof GraphNodeSchema>;

export const GraphSlotSchema = z.strictObject({
  key: z.string(),
  owner: z.string(),
  unit: z.string().nullable(),
  summary: z.string().nullable(),
  /** Node name, `@request`, or null where nobody writes it. */
  producer: z.string().nullable(),
  readers: z.array(z.string()),
  /** Holds personal data: its values are never shown. */
  personal: z.boolean(),
  logged: z.boolean(),
});
export type GraphSlot = z.infer<typeof GraphSlotSchema>;

/** Nodes of one owner that stand together: closing it opens no circle. */
export const GraphGroupSchema = z.strictObject({
  id: z.string(),
  owner: z.string(),
  label: z.string(),
  parent: z.string().nullable(),
  /** All nodes in it, those of its groups too. */
  nodes: z.array(z.string()),
  /** Groups and nodes right inside it. */
  members: z.array(z.string()),
});
export type GraphGroup = z.infer<typeof GraphGroupSchema>;

export const GraphDocumentSchema = z.strictObject({
  format: z.literal(GRAPH_FORMAT),
  hash: z.string(),
  name: z.string(),
  owner: z.string(),
  purpose: z.string().nullable(),
  deadlineMs: z.number().nullable(),
  request: z.array(z.string()),
  respond: z.array(z.string()),
  nodes: z.array(GraphNodeSchema),
  slots: z.array(GraphSlotSchema),
  resources: z.array(
    z.strictObject({ name: z.string(), owner: z.string(), purpose: z.string(), pinned: z.boolean(), pii: z.boolean() }),
  ),
  owners: z.array(z.strictObject({ name: z.string(), colour: z.string(), pattern: z.string(), nodes: z.int() })),
  groups: z.array(GraphGroupSchema),
  /** `flat`: every node; null for a graph with more than can be drawn. `closed`: groups. `inside`: each group, open. */
  layout: z.strictObject({
    flat: DrawingSchema.nullable(),
    closed: DrawingSchema,
    inside: z.record(z.string(), DrawingSchema),
  }),
});
export type GraphDocument = z.infer<typeof GraphDocumentSchema>;
