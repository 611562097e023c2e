/** `lineage.json`: from the column at the source to the feature that is logged, and back. */
import { z } from "zod";

export const LINEAGE_FORMAT = "tenon.studio.lineage/1";

export const LineageDocumentSchema = z.strictObject({
  format: z.literal(LINEAGE_FORMAT),
  items: z.array(z.strictObject({ kind: z.string(), name: z.string(), owner: z.string() })),
  edges: z.array(
    z.strictObject({
      from: z.int(),
      to: z.int(),
      /** Who passes it on, in order, as shown to people. */
      via: z.array(z.string()),
    }),
  ),
});
export type LineageDocument = z.infer<typeof LineageDocumentSchema>;
