import { AdRequest, AdResponse, personal } from "@tenon/ads-model";
import { slot } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { z } from "zod";

import { REDACTED, redacted } from "./redact.ts";

test("fields marked as personal are hidden, the others are not", () => {
  const value = {
    requestId: "r",
    userId: "u1",
    city: "Springfield",
    query: "shoes",
    country: "US",
    consent: { personalisation: true, measurement: false },
    organicItems: [{ organicId: "o", utility: 1 }],
  };
  expect(redacted(AdRequest, value)).toEqual({ ...value, userId: REDACTED, city: REDACTED, query: REDACTED });
});

test("in a personal slot a field that the schema does not know is hidden too", () => {
  expect(redacted(AdRequest, { country: "US", nickname: "Bo" })).toEqual({ country: "US", nickname: REDACTED });
  expect(redacted(AdResponse, { requestId: "r", extra: 1 })).toEqual({ requestId: "r", extra: 1 });
});

test("marks are found inside lists and behind optional and nullable fields", () => {
  const People = slot(
    "people",
    z.object({ names: z.array(z.object({ name: personal(z.string()).nullable().optional(), age: z.int() })) }),
    { owner: "ads-serving" } as never,
  );
  expect(
    redacted(People, {
      names: [
        { name: "A", age: 1 },
        { name: null, age: 2 },
      ],
    }),
  ).toEqual({
    names: [
      { name: REDACTED, age: 1 },
      { name: REDACTED, age: 2 },
    ],
  });
});
