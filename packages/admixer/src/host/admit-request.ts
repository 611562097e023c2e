import { randomUUID } from "node:crypto";
import { type AdmittedRequest, AdRequestSchema, AdRequest as AdRequestSlot } from "@tenon/ads-model";
import type { GraphError } from "@tenon/graph-core";
import { compiledSlot } from "@tenon/graph-core/internal";
import { hostError } from "./host-error.ts";

/** Fields named in one error: enough to mend a body in one go. */
const FIELDS_NAMED_MAX = 20;
const check = compiledSlot(AdRequestSlot).check;

/**
 * The body with an id, checked against the contract: by the slot's compiled schema, which is many times faster than zod;
 * zod is asked what is wrong when something is.
 *
 * @throws GraphError TENON1610 naming every field that is wrong; found values are not repeated, they may be personal
 */
export function admitRequest(body: unknown, ownId?: string): AdmittedRequest {
  const given = body as { readonly requestId?: string } | null;
  const isNameless = typeof given === "object" && given !== null && given.requestId === undefined;
  const admitted = isNameless ? { ...given, requestId: ownId ?? randomUUID() } : given;
  if (check(admitted) === undefined) return admitted as AdmittedRequest;
  throw wrongBody(body);
}

function wrongBody(body: unknown): GraphError {
  const parsed = AdRequestSchema.safeParse(body);
  const issues = parsed.success ? [{ path: [], message: "not a plain record" }] : parsed.error.issues;
  const named = issues
    .slice(0, FIELDS_NAMED_MAX)
    .map(({ path, message }) => `${path.length === 0 ? "body" : path.join(".")}: ${message}`);
  return hostError("wrongBody", {
    message: "the body is no request for ads",
    detail: named.join("; "),
    hint: "send what /openapi.json describes for POST /v1/ads; unknown fields are refused",
  });
}
