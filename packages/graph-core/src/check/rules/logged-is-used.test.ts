import { test } from "vitest";
import { age, clicks, logging, parity, rank, Score, schemaOf, snapshotSlot } from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";
import { featureSnapshotSchema } from "../../values/schema-kinds.ts";

test("what is logged is scored, or kept for analysis", () => {
  expectValid(parity({ rank: rank(), log: logging() }));
  const kept = schemaOf(age, { ...clicks, keptFor: "analysis" });
  const Kept = snapshotSlot("kept", kept);
  const Record = slot("record", featureSnapshotSchema(kept), { owner: "team-r", leaves: "log" });
  const scores = { snapshot: Kept, features: ["age"] };
  const logs = [{ snapshot: Kept, features: "all" }];
  const nodes = { rank: rank({ reads: [Kept], scores }), log: logging({ reads: [Kept], logs, writes: [Record] }) };
  expectValid(wired({ request: [Kept], nodes, respond: [Score, Record] }));
});

test("each feature that no model reads is a warning of its own, with its owner", () => {
  expectDiagnostics(parity({ log: logging() }), [
    {
      code: "TENON1029",
      severity: "warning",
      message:
        'node "log" (owner team-log) logs feature "age" (owner team-f) of slot "features" (owner team-features), which no node scores',
      parties: ["feature age team-f", "node log team-log", "slot features team-features"],
    },
    { code: "TENON1029" },
  ]);
});
