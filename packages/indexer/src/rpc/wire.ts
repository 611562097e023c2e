/** What calls carry: bodies as they come in, answers as they go out. */
import { U8Column } from "@tenon/graph-core";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { indexerError } from "../indexer-error.ts";
import { KEYS_MAX } from "./argus-calls.ts";
import { MESSAGES_MAX } from "./stage-runs.ts";

const KEY_CHARACTERS_MAX = 200;
const PROBLEMS_MAX = 10;

export const StageCallSchema = z.strictObject({
  mode: z.enum(["append", "now", "dry"]),
  messages: z
    .array(
      z.strictObject({
        key: z.string().min(1).max(KEY_CHARACTERS_MAX),
        timeMs: z.int().min(0).optional(),
        value: z.unknown(),
      }),
    )
    .min(1)
    .max(MESSAGES_MAX),
});

export const ArgusCallSchema = z.strictObject({
  handler: z.string().min(1),
  mode: z.enum(["append", "dry"]),
  keys: z.array(z.int().min(1)).min(1).max(KEYS_MAX),
});

/** @throws GraphError TENON1686 with every field that does not fit, named by its place */
export function bodyOf<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const problems = read.error.issues
    .slice(0, PROBLEMS_MAX)
    .map(({ path, message }) => `${path.length === 0 ? "the body" : path.join(".")}: ${message}`);
  throw indexerError("wrongCall", "the body does not fit the call", {
    detail: problems.join("; "),
    hint: "the README of packages/indexer shows the calls",
  });
}

export function sendJson(reply: FastifyReply, value: unknown, contentType = "application/json"): FastifyReply {
  return reply.type(contentType).send(JSON.stringify(value, asWire));
}

/** Versions are larger than a JSON number holds, and bytes have no form in it: decimal text, and base64. */
function asWire(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof U8Column ? base64Of(value) : value;
}

function base64Of(column: U8Column): string {
  return Buffer.from(Array.from({ length: column.length }, (_, at) => column.at(at))).toString("base64");
}
