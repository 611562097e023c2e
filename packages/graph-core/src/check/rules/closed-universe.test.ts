import { test } from "vitest";
import { z } from "zod";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";

const holding = (schema: z.ZodType) => {
  const Value = slot("value", schema, { owner: "team-v" });
  return wired({ request: [Value], nodes: {}, respond: [Value] });
};

test("records, arrays, unions and numbers are inside", () => {
  expectValid(holding(z.object({ tags: z.array(z.string()), at: z.tuple([z.number(), z.bigint()]).nullable() })));
});

test("each place outside is a finding of its own, told once however often the slot is used", () => {
  const Value = slot("value", z.object({ days: z.set(z.string()), seen: z.array(z.date()) }), { owner: "team-v" });
  const Out = numberSlot("out");
  expectDiagnostics(
    wired({ request: [Value], nodes: { use: step("team-1", { reads: [Value], writes: [Out] }) }, respond: [Out] }),
    [
      {
        code: "TENON1001",
        message:
          'slot "value" (owner team-v) of graph "g" (owner team-g) holds a value outside the closed value universe at "days": z.set',
        parties: ["slot value team-v", "graph g team-g"],
      },
      {
        code: "TENON1001",
        message:
          'slot "value" (owner team-v) of graph "g" (owner team-g) holds a value outside the closed value universe at "seen[]": z.date',
        hint: 'use milliseconds since the epoch: z.int() and unit "ms"',
      },
    ],
  );
});
