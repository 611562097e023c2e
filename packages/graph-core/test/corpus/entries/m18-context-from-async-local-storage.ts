/** M18: the request's context comes from AsyncLocalStorage, which can hold another request's. */
import { graph, node, slot } from "@tenon/graph-core";

// defect: import { AsyncLocalStorage } from "node:async_hooks";
const AsyncLocalStorage = undefined;

import { z } from "zod";

const Country = slot("country", z.string(), { owner: "ads-serving" });
const Currency = slot("currency", z.string(), { owner: "ads-auction" });

const findCurrency = node({
  owner: "ads-auction",
  purpose: "finds the currency of the request",
  reads: [Country],
  writes: [Currency],
  run: ({ country }) => ({ currency: country === "US" && AsyncLocalStorage === undefined ? "USD" : "EUR" }),
});

export const example = graph({
  name: "m18",
  owner: "ads-serving",
  request: [Country],
  nodes: { findCurrency },
  respond: [Currency],
});

export const request = { country: "US" };
export const response = { currency: "USD" };
