/** What operators ask of the pipeline. Loads no host. */
export type * from "./document-facts.ts";
export { type LookParts, lookAtDocument } from "./look-at-document.ts";
export { type Rung, type Verdict, whyOf } from "./why.ts";
