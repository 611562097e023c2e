import { schemaProblems } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { AdmittedRequestSchema, AdRequest, AdResponse, Arms, requestId } from "../index.ts";

const BODY = {
  surface: "homeFeed",
  country: "DE",
  device: "phone",
  language: "de",
  organicItems: [],
  adSlotsWanted: 3,
  consent: { personalisation: false, measurement: false },
};

test("an admitted request has an id", () => {
  expect(AdmittedRequestSchema.safeParse(BODY).success).toBe(false);
  expect(AdmittedRequestSchema.safeParse({ ...BODY, requestId: "r1" }).success).toBe(true);
});

test("what the body promises of itself holds for the admitted request too", () => {
  const admitted = { ...BODY, requestId: "r1" };
  expect(AdmittedRequestSchema.safeParse({ ...admitted, query: "shoes" }).success).toBe(false);
  expect(AdmittedRequestSchema.safeParse({ ...admitted, region: "US-CA" }).success).toBe(false);
  expect(AdmittedRequestSchema.safeParse({ ...admitted, unknownField: 1 }).success).toBe(false);
});

test("each token holds values of the closed universe", () => {
  for (const token of [AdRequest, AdResponse, Arms]) expect(schemaProblems(token.schema as never)).toEqual([]);
});

test("a token and its noun share a name", () => {
  // The noun is the body as it was sent: the id is the server's to make.
  const body: Partial<AdRequest> = { requestId: requestId("r1") };
  expect(AdRequest.name).toBe("adRequest");
  expect(body.requestId).toBe("r1");
  // @ts-expect-error a value of the slot always has its id
  const admitted: typeof AdRequest.valueType.requestId = undefined;
  expect(admitted).toBeUndefined();
});
