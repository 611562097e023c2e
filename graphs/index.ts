/** Every graph of the ads stack, for hosts, the CLI and tools. */
export { countAdEvents } from "./events/count-ad-events.graph.ts";
export { uniqueAdEvents } from "./events/unique-ad-events.graph.ts";
export { servingTerms } from "./indexing/serving-terms.graph.ts";
export { adRequest } from "./serving/ad-request.graph.ts";
