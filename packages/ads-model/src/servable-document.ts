import { z } from "zod";
import { AdSignalsSchema } from "./ad-signals.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { AdDocumentSchema } from "./document.ts";

/** What serving knows of an ad: the record that requests read, and the signals beside it. */
export const ServableDocumentSchema = z.strictObject({ ad: AdDocumentSchema, signals: AdSignalsSchema });
export type ServableDocument = DeepReadonly<z.infer<typeof ServableDocumentSchema>>;

type Unnamed<Noun> = { readonly [Field in keyof Noun]: unknown };

/**
 * The document of parts that were each checked with the schema of their leaf, as columns of a row are where a run begins. Putting them
 * together can make nothing wrong of them, so nothing is checked again: that would be most of what a document costs.
 */
export function documentOfChecked(parts: {
  readonly ad: Unnamed<ServableDocument["ad"]>;
  readonly signals: Unnamed<ServableDocument["signals"]>;
}): ServableDocument {
  return parts as ServableDocument;
}
