import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";

/**
 * Where a document's vector is: row `row` of the matrix named `version`. A reference, because vectors live in typed arrays beside
 * the documents, and because a query may be compared only with vectors of the same version.
 */
export const EmbeddingReferenceSchema = z.strictObject({ version: z.string().min(1).max(64), row: z.int().min(0) });
export type EmbeddingReference = DeepReadonly<z.infer<typeof EmbeddingReferenceSchema>>;
