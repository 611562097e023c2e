/** Every graph of the ads stack, for hosts, the CLI and tools. */
export { adRequest } from "./serving/ad-request.graph.ts";
