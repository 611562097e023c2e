import { expect, test } from "vitest";
import { isPersonal } from "./personal.ts";
import { type AdRequest, AdRequestSchema } from "./request.ts";

const valid = {
  surface: "search",
  query: "coffee near me",
  country: "DE",
  device: "phone",
  language: "de",
  organicItems: [{ organicId: "o1", utility: 0.4 }],
  adSlotsWanted: 2,
  consent: { personalisation: true, measurement: false },
};

function problems(change: Record<string, unknown>): string[] {
  const result = AdRequestSchema.safeParse({ ...valid, ...change });
  return result.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

test("the smallest complete request passes unchanged", () => {
  expect(AdRequestSchema.parse(valid)).toEqual(valid);
});

test("a misspelt field is refused, not ignored", () => {
  expect(problems({ utcOffsetMinute: 60 })).toEqual([': Unrecognized key: "utcOffsetMinute"']);
});

test("a query belongs to search and to nothing else", () => {
  expect(problems({ query: undefined })).toHaveLength(1);
  expect(problems({ surface: "homeFeed" })).toEqual([
    "query: surface search needs a query, the other surfaces must not send one",
  ]);
});

test("a region must lie in the country", () => {
  expect(problems({ region: "US-CA" })).toEqual(["region: the region must lie in the country"]);
  expect(problems({ country: "US", region: "US-CA" })).toEqual([]);
});

test("an organic item appears once", () => {
  const item = { organicId: "o1", utility: 1 };
  expect(problems({ organicItems: [item, item] })).toEqual(["organicItems: each organic item may be sent once"]);
});

test.each([
  ["country", "de"],
  ["country", "ZZ"],
  ["adSlotsWanted", 0],
  ["utcOffsetMinutes", 900],
  ["requestId", "a b"],
  ["consent", { personalisation: true }],
])("%s %j is refused", (field, value) => {
  expect(problems({ [field]: value }).length).toBeGreaterThan(0);
});

test("exactly the fields about a person are marked personal", () => {
  const marked = Object.entries(AdRequestSchema.shape).flatMap(([name, schema]) => (isPersonal(schema) ? [name] : []));
  expect(marked satisfies readonly string[] as (keyof AdRequest)[]).toEqual(["userId", "city", "query"]);
});
