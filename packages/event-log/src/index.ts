/** The log's port and its words. Bindings have entries of their own: `./embedded`, `./kafka`, `./simulation`. */
export * from "./api/index.ts";
