import { test } from "vitest";
import { Features, logging, model, parity, rank, snapshotSlot } from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid, numberSlot, step } from "../../../test/support/wired.ts";

const only = (contract: object) => parity({ rank: rank({ ...contract }) });
const unlogged = { snapshot: Features, features: "all", unlogged: "preselection only" };

test("a node that scores or logs names the snapshot it reads; assembling one needs no word", () => {
  expectValid(only({ scores: unlogged }));
  const Fresh = snapshotSlot("fresh");
  const refresh = step("team-1", { reads: [Fresh], writes: [Features] });
  expectValid(parity({ refresh, rank: rank({ scores: unlogged }) }, [Fresh]));
});

test("features read without a word are told with the slot and its producer", () => {
  const Fresh = snapshotSlot("fresh");
  const refresh = step("team-1", { reads: [Fresh], writes: [Features] });
  expectDiagnostics(parity({ refresh, rank: rank({ scores: undefined }) }, [Fresh]), [
    {
      code: "TENON1023",
      message:
        'node "rank" (owner team-rank) reads features from slot "features" (owner team-features) and does not say which, neither in scores nor in logs',
      parties: ["node rank team-rank", "slot features team-features", "node refresh team-1"],
    },
  ]);
});

test("a snapshot that the node does not read, or that is none, is told", () => {
  const Other = snapshotSlot("other");
  expectDiagnostics(only({ scores: { ...unlogged, snapshot: Other }, reads: [] }), [
    {
      code: "TENON1023",
      message:
        'node "rank" (owner team-rank) scores or logs features of slot "other" (owner team-other), which it does not read',
    },
  ]);
  const Plain = numberSlot("number");
  expectDiagnostics(parity({ rank: rank({ reads: [Plain], scores: { ...unlogged, snapshot: Plain } }) }, [Plain]), [
    {
      code: "TENON1023",
      message:
        'node "rank" (owner team-rank) scores or logs features of slot "number" (owner team-number), which holds no feature snapshot',
    },
  ]);
});

test("a misspelt feature is told with the near name", () => {
  expectDiagnostics(only({ scores: { ...unlogged, features: ["age", "click"] } }), [
    {
      code: "TENON1023",
      message:
        'node "rank" (owner team-rank) names feature "click", which slot "features" (owner team-features) does not hold',
      hint: 'did you mean "clicks"? name a feature of the schema, or add it there',
    },
  ]);
});

test("a model that is used without scores is told once, and so is an input that scores does not name", () => {
  expectDiagnostics(only({ scores: undefined, uses: [model()] }), [
    { code: "TENON1023", parties: ["node rank team-rank", "resource model team-m"] },
  ]);
  expectDiagnostics(only({ scores: { ...unlogged, features: ["age"] }, uses: [model()] }), [
    {
      code: "TENON1023",
      message:
        'resource "model" (owner team-m) reads feature "clicks", which node "rank" (owner team-rank) does not name in scores',
    },
  ]);
});

test("a snapshot named for another one is one mistake, for the scorer and for the log", () => {
  const Old = snapshotSlot("old");
  const misnamed = { code: "TENON1023", parties: ["node rank team-rank", "slot old team-old"] };
  expectDiagnostics(parity({ rank: rank({ scores: { ...unlogged, snapshot: Old } }), log: logging() }), [misnamed]);
  expectDiagnostics(parity({ rank: rank(), log: logging({ logs: [{ snapshot: Old, features: "all" }] }) }), [
    { code: "TENON1023", parties: ["node log team-log", "slot old team-old"] },
  ]);
});

test("until a reader says what it uses, nothing that is logged counts as unused", () => {
  expectDiagnostics(parity({ rank: rank({ scores: undefined }), log: logging() }), [{ code: "TENON1023" }]);
});
