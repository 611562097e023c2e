import { test } from "vitest";
import {
  age,
  clicks,
  Features,
  logging,
  model,
  parity,
  rank,
  Score,
  schemaOf,
} from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";
import { featureSnapshotSchema } from "../../values/schema-kinds.ts";

const scored = (uses: unknown) => parity({ rank: rank({ uses: [uses] }), log: logging() });

test("model, snapshot and log share one fingerprint", () => {
  expectValid(scored(model()));
});

test("a model that reads what the snapshot does not hold is told with the features", () => {
  expectDiagnostics(
    scored(model({ features: ["age", "clicks", "moonPhase"], featureSchemaFingerprint: "0".repeat(64) })),
    [
      {
        code: "TENON1026",
        message:
          'resource "model" (owner team-m) reads feature "moonPhase", which slot "features" (owner team-features), scored by node "rank" (owner team-rank), does not hold',
        parties: ["node rank team-rank", "resource model team-m", "slot features team-features"],
      },
    ],
  );
});

test("a schema of the same names and another meaning is told", () => {
  expectDiagnostics(
    scored(model({ featureSchemaFingerprint: schemaOf(age, { ...clicks, unit: "clicks per day" }).fingerprint })),
    [
      {
        code: "TENON1026",
        message:
          'resource "model" (owner team-m) was trained on another feature schema than that of slot "features" (owner team-features), scored by node "rank" (owner team-rank)',
      },
    ],
  );
});

test("a log record of another schema is told", () => {
  const other = schemaOf(age, { ...clicks, version: 2 });
  const Record = slot("record", featureSnapshotSchema(other), { owner: "team-r", leaves: "log" });
  const log = logging({ writes: [Record] });
  expectDiagnostics(wired({ request: [Features], nodes: { rank: rank(), log }, respond: [Score, Record] }), [
    {
      code: "TENON1026",
      message:
        'node "log" (owner team-log) logs slot "features" (owner team-features) into slot "record" (owner team-r), which holds another feature schema',
    },
  ]);
});
