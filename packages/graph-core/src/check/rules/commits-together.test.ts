import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";

const Events = numberSlot("events");
const WriteSet = numberSlot("writeSet");
const Outbox = numberSlot("outbox");
const Offset = numberSlot("offset", { commitsWith: [WriteSet, Outbox] });
const nodes = {
  write: step("team-1", { reads: [Events], writes: [WriteSet, Outbox] }),
  confirm: step("team-2", { reads: [WriteSet, Outbox], writes: [Offset] }),
};

test("partners are responded together, or the slot is not responded at all", () => {
  expectValid(wired({ request: [Events], nodes, respond: [WriteSet, Outbox, Offset] }));
  expectValid(wired({ request: [Events], nodes: { write: nodes.write }, respond: [WriteSet, Outbox] }));
});

test("all missing partners are told in one diagnostic", () => {
  expectDiagnostics(wired({ request: [Events], nodes, respond: [Offset] }), [
    {
      code: "TENON1036",
      message:
        'graph "g" (owner team-g) responds with slot "offset" (owner team-offset) without slot "writeSet" (owner team-writeSet) and slot "outbox" (owner team-outbox), which one commit must hold together',
      parties: [
        "graph g team-g",
        "slot offset team-offset",
        "slot writeSet team-writeSet",
        "slot outbox team-outbox",
        "node confirm team-2",
      ],
    },
  ]);
});
