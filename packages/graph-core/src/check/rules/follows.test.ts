import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { subgraph } from "../../graph/graph.ts";

const Events = numberSlot("events");
const WriteSet = numberSlot("writeSet");
const Digest = numberSlot("digest");
const Offset = numberSlot("offset", { follows: [WriteSet] });
const write = step("team-1", { reads: [Events], writes: [WriteSet], onFailure: "failRequest" });
const confirming = (contract: object, more: object = {}) =>
  wired({
    request: [Events],
    nodes: { write, ...more, confirm: step("team-2", { reads: [Events], writes: [Offset], ...contract }) },
    respond: [WriteSet, Offset],
  });

test("the producer reads what its slot follows, directly or through other nodes", () => {
  expectValid(confirming({ reads: [WriteSet] }));
  const sum = step("team-3", { reads: [WriteSet], writes: [Digest] });
  expectValid(confirming({ reads: [Events, Digest] }, { sum }));
});

test("a producer that does not read it is told with the producer it must wait for", () => {
  expectDiagnostics(confirming({}), [
    {
      code: "TENON1035",
      message:
        'node "confirm" (owner team-2) writes slot "offset" (owner team-offset) without reading slot "writeSet" (owner team-writeSet), written by node "write" (owner team-1), which it must follow',
      parties: ["node confirm team-2", "slot offset team-offset", "slot writeSet team-writeSet", "node write team-1"],
    },
  ]);
});

test("a soft read is not enough, also not on the way", () => {
  expectDiagnostics(confirming({ reads: [Events], soft: [WriteSet] }), [
    { code: "TENON1035", hint: 'let node "confirm" read "writeSet" in `reads`, not in `soft`' },
  ]);
  const sum = step("team-3", { reads: [Events], soft: [WriteSet], writes: [Digest] });
  expectDiagnostics(confirming({ reads: [Digest] }, { sum }), [{ code: "TENON1035" }]);
});

test("what follows a request slot reads the request slot; what is not in the graph cannot be followed", () => {
  const Manifest = numberSlot("manifest", { follows: [Events] });
  const publish = (reads: readonly unknown[]) =>
    wired({
      request: [Events, Digest],
      nodes: { publish: step("team-2", { reads, writes: [Manifest] }) },
      respond: [Manifest],
    });
  expectValid(publish([Events]));
  expectDiagnostics(publish([Digest]), [{ code: "TENON1035" }]);
  const Lost = numberSlot("lost", { follows: [WriteSet] });
  const lose = step("team-2", { reads: [Events], writes: [Lost] });
  expectDiagnostics(wired({ request: [Events], nodes: { lose }, respond: [Lost] }), [
    {
      code: "TENON1035",
      parties: ["node lose team-2", "slot lost team-lost", "slot writeSet team-writeSet", "graph g team-g"],
    },
  ]);
});

test("inside a subgraph the slot is looked for there first, then around it", () => {
  const part = (nodes: object, input: readonly unknown[]) =>
    subgraph({ owner: "team-s", purpose: "a part", in: input, nodes, out: [Offset] } as never);
  const confirm = step("team-2", { reads: [WriteSet], writes: [Offset] });
  expectValid(wired({ request: [Events], nodes: { part: part({ write, confirm }, [Events]) }, respond: [Offset] }));
  expectValid(wired({ request: [Events], nodes: { write, part: part({ confirm }, [WriteSet]) }, respond: [Offset] }));
  const early = step("team-2", { reads: [Events], writes: [Offset] });
  expectDiagnostics(
    wired({ request: [Events], nodes: { write, part: part({ early }, [Events]) }, respond: [Offset, WriteSet] }),
    [
      {
        code: "TENON1035",
        parties: [
          "node part/early team-2",
          "slot offset team-offset",
          "slot writeSet team-writeSet",
          "node write team-1",
        ],
      },
    ],
  );
});
