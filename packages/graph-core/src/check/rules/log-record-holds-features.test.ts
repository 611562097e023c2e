import { test } from "vitest";
import { z } from "zod";
import { Features, logging, parity, rank, Score } from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";
import { columnSchema } from "../../values/schema-kinds.ts";

const logged = (record: z.ZodType) => {
  const Record = slot("record", record, { owner: "team-r", leaves: "log" });
  return wired({
    request: [Features],
    nodes: { rank: rank(), log: logging({ writes: [Record] }) },
    respond: [Score, Record],
  });
};

test("a record holds the snapshot, or each feature under its name and of its type", () => {
  expectValid(parity({ rank: rank(), log: logging() }));
  expectValid(logged(z.object({ id: z.string(), age: columnSchema("f64"), clicks: z.array(z.number()) })));
});

test("a narrower type and a rounded number are told per feature", () => {
  expectDiagnostics(logged(z.object({ age: columnSchema("f32"), clicks: z.int() })), [
    {
      code: "TENON1028",
      message:
        'node "log" (owner team-log) logs feature "age" (owner team-f), scored as f64, into slot "record" (owner team-r) as f32',
      parties: ["slot record team-r", "node log team-log", "feature age team-f"],
    },
    {
      code: "TENON1028",
      message:
        'node "log" (owner team-log) logs feature "clicks" (owner team-f), scored as f64, into slot "record" (owner team-r) as a restricted number',
    },
  ]);
});

test("a record without a place for a feature is told", () => {
  expectDiagnostics(logged(z.object({ digest: z.string() })), [
    {
      code: "TENON1028",
      message:
        'node "log" (owner team-log) logs features "age" and "clicks" of slot "features" (owner team-features), but slot "record" (owner team-r) has no place for it',
    },
  ]);
});
