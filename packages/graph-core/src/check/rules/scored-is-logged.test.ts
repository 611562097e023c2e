import { test } from "vitest";
import { FeatureLog, Features, logging, model, parity, rank, Score } from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

test("what is scored is logged from the same snapshot, or left out for a reason", () => {
  expectValid(parity({ rank: rank(), log: logging() }));
  expectValid(
    parity({ rank: rank({ scores: { snapshot: Features, features: "all", unlogged: "preselection only" } }) }),
  );
  expectValid(
    parity({
      rank: rank({ scores: { snapshot: Features, features: ["age"] } }),
      log: logging({ logs: [{ snapshot: Features, features: ["age"] }] }),
    }),
  );
});

test("features that the log leaves out are told once, with all who score them", () => {
  const More = numberSlot("more");
  const again = step("team-2", {
    reads: [Features],
    writes: [More],
    scores: { snapshot: Features, features: ["clicks"] },
  });
  const log = logging({ logs: [{ snapshot: Features, features: [] }] });
  expectDiagnostics(
    wired({ request: [Features], nodes: { rank: rank(), again, log }, respond: [Score, More, FeatureLog] }),
    [
      {
        code: "TENON1024",
        message:
          'node "rank" (owner team-rank) scores features "age" and "clicks" of slot "features" (owner team-features), which node "log" (owner team-log) does not log',
        parties: ["node log team-log", "node rank team-rank", "node again team-2", "slot features team-features"],
      },
    ],
  );
});

test("a graph that logs nothing is told, with the model that reads the features", () => {
  expectDiagnostics(parity({ rank: rank({ uses: [model()] }) }), [
    {
      code: "TENON1024",
      parties: ["graph g team-g", "node rank team-rank", "resource model team-m", "slot features team-features"],
    },
  ]);
});

test("what a model reads counts, not what the schema holds; what a shadow scores does not count", () => {
  expectValid(
    parity({
      rank: rank({ uses: [model({ features: ["age"] })] }),
      log: logging({ logs: [{ snapshot: Features, features: ["age"] }] }),
    }),
  );
  const nodes = {
    rank: rank({ scores: { snapshot: Features, features: ["age"] } }),
    log: logging({ logs: [{ snapshot: Features, features: ["age"] }] }),
  };
  expectValid(
    wired({
      request: [Features],
      nodes,
      shadows: { newer: { of: "rank", node: rank() } },
      respond: [Score, FeatureLog],
    }),
  );
});
