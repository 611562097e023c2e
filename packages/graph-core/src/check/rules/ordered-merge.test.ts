import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { slot } from "../../contract/slot.ts";
import { candidateBatchSchema } from "../../values/schema-kinds.ts";

const batch = (name: string) => slot(name, candidateBatchSchema({}), { owner: `team-${name}` });
const [Near, Word, All] = [batch("near"), batch("word"), batch("all")];
const merging = (contract: object) =>
  wired({
    request: [Near, Word],
    nodes: { merge: step("team-1", { reads: [Near, Word], writes: [All], ...contract }) },
    respond: [All],
  });

test("a merge names its policy and what ends a tie", () => {
  expectValid(merging({ merges: { policy: "concat", tieBreak: "graphPosition" } }));
  expectValid(merging({ merges: { policy: "latestByEventTime", tieBreak: "id" } }));
});

test("one batch made of several without a policy is told with every source", () => {
  expectDiagnostics(merging({}), [
    {
      code: "TENON1030",
      message:
        'node "merge" (owner team-1) makes one batch of slot "near" (owner team-near) and slot "word" (owner team-word), and does not say how they are merged',
      parties: ["node merge team-1", "slot near team-near", "slot word team-word"],
    },
  ]);
});

test("the order of arrival is no policy, and no end to a tie", () => {
  expectDiagnostics(merging({ merges: { policy: "arrival", tieBreak: "id" } }), [{ code: "TENON1030" }]);
  expectDiagnostics(merging({ merges: { policy: "concat" } }), [
    {
      code: "TENON1030",
      message:
        'node "merge" (owner team-1) merges slot "near" (owner team-near) and slot "word" (owner team-word) without an end to ties',
    },
  ]);
});

test("a node that reads several batches and makes none merges nothing", () => {
  const Out = numberSlot("out");
  expectValid(
    wired({
      request: [Near, Word],
      nodes: { count: step("team-1", { reads: [Near, Word], writes: [Out] }) },
      respond: [Out],
    }),
  );
});
