import { z } from "zod";
import { AdSignalsSchema } from "./ad-signals.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { AdDocumentSchema } from "./document.ts";

/** What serving knows of an ad: the record that requests read, and the signals beside it. */
export const ServableDocumentSchema = z.strictObject({ ad: AdDocumentSchema, signals: AdSignalsSchema });
export type ServableDocument = DeepReadonly<z.infer<typeof ServableDocumentSchema>>;
