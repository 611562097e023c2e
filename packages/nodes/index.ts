/** Every node of the ads stack, with its stage's slots and resources: what graphs wire and hosts bind. */
export * from "./auction/resources.ts";
export * from "./auction/slots.ts";
export * from "./blending/resources.ts";
export * from "./blending/slots.ts";
export * from "./delivery/resources.ts";
export * from "./delivery/slots.ts";
export * from "./feature-expansion/resources.ts";
export * from "./feature-expansion/slots.ts";
export * from "./feature-log/slots.ts";
export * from "./ranking/features.ts";
export * from "./ranking/resources.ts";
export * from "./ranking/slots.ts";
export * from "./retrieval/ad-columns.ts";
export * from "./retrieval/resources.ts";
export * from "./retrieval/slots.ts";
