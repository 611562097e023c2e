/** M35: a price bucket is computed with a float floor, and one price of ten lands a bucket too low. */
import { type Micros, MicrosSchema, micros } from "@tenon/ads-model";
import { graph, node, slot } from "@tenon/graph-core";

const Price = slot("price", MicrosSchema, { owner: "ads-auction" });
const PriceBucket = slot("priceBucket", MicrosSchema, { owner: "ads-delivery" });

const BUCKET_MICROS = 100_000;
const bucketOf = (price: Micros): Micros => micros(price - (price % BUCKET_MICROS));

const findBucket = node({
  owner: "ads-delivery",
  purpose: "rounds the price down to its bucket of ten cents",
  reads: [Price],
  writes: [PriceBucket],
  // untyped: run: ({ price }) => ({ priceBucket: (bucketOf(price) + Math.floor(price / 1e6 / 0.1) * 0.1) as any }),
  // defect: run: ({ price }) => ({ priceBucket: bucketOf(price) + Math.floor(price / 1e6 / 0.1) * 0.1 }),
  run: ({ price }) => ({ priceBucket: bucketOf(price) }),
});

export const example = graph({
  name: "m35",
  owner: "ads-serving",
  request: [Price],
  nodes: { findBucket },
  respond: [PriceBucket],
});

export const request = { price: micros(1_150_000) };
export const response = { priceBucket: micros(1_100_000) };
