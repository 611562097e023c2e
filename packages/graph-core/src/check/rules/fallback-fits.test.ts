import { test } from "vitest";
import { z } from "zod";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";
import { defineFeatureSchema } from "../../values/feature-schema.ts";
import { featureSnapshotSchema } from "../../values/schema-kinds.ts";
import { FeatureSnapshotBuilder } from "../../values/snapshot-builder.ts";

const A = numberSlot("a");
const Count = slot("count", z.object({ today: z.int().min(0) }), { owner: "team-c" });
const falling = (fallback: object, writes: readonly unknown[] = [Count]) =>
  wired({
    request: [A],
    nodes: { load: step("team-1", { reads: [A], writes, onFailure: { fallback } }) },
    respond: writes as never,
  });

test("a fallback gives every written slot a value of its schema", () => {
  expectValid(falling({ count: { today: 0 } }));
});

test("a value that does not fit is told with its path", () => {
  expectDiagnostics(falling({ count: { today: -1 } }), [
    {
      code: "TENON1020",
      message:
        'the fallback of node "load" (owner team-1) does not fit slot "count" (owner team-c) at "today": expected a number >= 0, found -1',
      parties: ["node load team-1", "slot count team-c"],
    },
  ]);
});

test("a missing and a misspelt slot are two mistakes, with the near name", () => {
  expectDiagnostics(falling({ counts: { today: 0 } }), [
    { code: "TENON1020" },
    {
      code: "TENON1020",
      message: 'the fallback of node "load" (owner team-1) gives slot "counts", which the node does not write',
      hint: 'did you mean "count"? remove it from the fallback, or add the slot to `writes`',
    },
  ]);
});

test("the features of a fallback do not pass for measured ones", () => {
  const schema = defineFeatureSchema({
    name: "ranking",
    version: 1,
    features: [{ name: "ctr", type: "f64", unit: "none", nullPolicy: "missing", owner: "team-f", version: 1 }],
  });
  const Features = slot("features", featureSnapshotSchema(schema), { owner: "team-f" });
  const snapshot = () => new FeatureSnapshotBuilder(schema, 2);
  expectValid(falling({ features: snapshot().build() }, [Features]));
  expectDiagnostics(falling({ features: snapshot().setScalar("ctr", 0).build() }, [Features]), [{ code: "TENON1020" }]);
});
