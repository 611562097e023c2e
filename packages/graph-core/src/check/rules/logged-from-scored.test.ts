import { test } from "vitest";
import { FeatureLog, Features, logging, parity, rank, Score, snapshotSlot } from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const Fresh = snapshotSlot("fresh");
const refresh = step("team-1", { reads: [Features], writes: [Fresh] });
const rankFresh = rank({ reads: [Fresh], scores: { snapshot: Fresh, features: "all" } });

test("the log takes the snapshot that was scored", () => {
  expectValid(
    parity({
      refresh,
      rank: rankFresh,
      log: logging({ reads: [Fresh], logs: [{ snapshot: Fresh, features: "all" }] }),
    }),
  );
});

test("logging an earlier snapshot is told with who changed it in between", () => {
  expectDiagnostics(parity({ refresh, rank: rankFresh, log: logging() }), [
    {
      code: "TENON1025",
      message:
        'node "log" (owner team-log) logs features "age" and "clicks" from slot "features" (owner team-features), but node "rank" (owner team-rank) scores from slot "fresh" (owner team-fresh)',
      parties: [
        "node log team-log",
        "node rank team-rank",
        "node refresh team-1",
        "slot features team-features",
        "slot fresh team-fresh",
      ],
    },
  ]);
});

test("logging a later snapshot is told as well", () => {
  expectDiagnostics(
    parity({ refresh, rank: rank(), log: logging({ reads: [Fresh], logs: [{ snapshot: Fresh, features: "all" }] }) }),
    [{ code: "TENON1025" }],
  );
});

test("two models with a snapshot each may be logged by one node", () => {
  const Second = numberSlot("second");
  const second = step("team-2", { reads: [Fresh], writes: [Second], scores: { snapshot: Fresh, features: "all" } });
  const both = [
    { snapshot: Features, features: "all" },
    { snapshot: Fresh, features: "all" },
  ];
  const log = logging({ reads: [Features, Fresh], logs: both });
  expectValid(
    wired({ request: [Features], nodes: { refresh, rank: rank(), second, log }, respond: [Score, Second, FeatureLog] }),
  );
});
