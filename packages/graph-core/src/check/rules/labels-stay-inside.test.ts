import { test } from "vitest";
import { booleanSlot, expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { resource } from "../../contract/resource.ts";

const Profile = numberSlot("profile", { pii: true });
const Mid = numberSlot("mid");
const Other = numberSlot("other");
const Log = numberSlot("log", { leaves: "log" });
const Answer = numberSlot("answer", { leaves: "outside" });
const derive = (contract: object = {}) => step("team-1", { reads: [Profile], writes: [Mid], ...contract });
const write = (contract: object = {}) => step("team-2", { reads: [Mid], writes: [Log], ...contract });
const declassifies = { labels: ["pii"], reason: "sums over many users" };

test("personal data that is declassified on the way may leave", () => {
  expectValid(
    wired({ request: [Profile], nodes: { derive: derive({ declassifies }), write: write() }, respond: [Log] }),
  );
  expectValid(
    wired({ request: [Profile], nodes: { derive: derive(), write: write({ declassifies }) }, respond: [Log] }),
  );
});

test("personal data that leaves is told with its source and every node on the way", () => {
  expectDiagnostics(wired({ request: [Profile], nodes: { derive: derive(), write: write() }, respond: [Log] }), [
    {
      code: "TENON1032",
      message:
        'personal data of slot "profile" (owner team-profile) leaves into a log in slot "log" (owner team-log), through node "derive" (owner team-1) and node "write" (owner team-2)',
      parties: ["node write team-2", "slot profile team-profile", "node derive team-1", "slot log team-log"],
    },
  ]);
});

test("a soft read carries labels, a condition does not", () => {
  const soft = step("team-2", { reads: [Other], soft: [Profile], writes: [Answer] });
  expectDiagnostics(wired({ request: [Profile, Other], nodes: { soft }, respond: [Answer] }), [{ code: "TENON1032" }]);
  const Consent = booleanSlot("consent", { pii: true });
  const decided = step("team-2", {
    reads: [Other],
    when: Consent,
    writes: [numberSlot("out", { leaves: "log", keptFor: "analysis" })],
  });
  expectValid(wired({ request: [Consent, Other], nodes: { decided }, respond: [Other] }));
});

test("a resource that holds personal data labels what is written with it", () => {
  const Store = resource<object>()("store", { owner: "team-s", purpose: "profiles", pii: true });
  const load = step("team-1", { reads: [Mid], uses: [Store], writes: [Answer] });
  expectDiagnostics(wired({ request: [Mid], nodes: { load }, respond: [Answer] }), [
    {
      code: "TENON1032",
      message:
        'personal data of resource "store" (owner team-s) leaves out of the process in slot "answer" (owner team-answer), through node "load" (owner team-1)',
      parties: ["node load team-1", "resource store team-s", "slot answer team-answer"],
    },
  ]);
});

test("a slot that is tagged personal and leaves contradicts itself", () => {
  const Both = numberSlot("both", { pii: true, leaves: "log" });
  expectDiagnostics(
    wired({ request: [Mid], nodes: { write: step("team-2", { reads: [Mid], writes: [Both] }) }, respond: [Both] }),
    [
      {
        code: "TENON1032",
        message:
          'slot "both" (owner team-both) is itself personal data and leaves into a log, written by node "write" (owner team-2)',
      },
    ],
  );
});

test("a restricted value leaves only in a slot that restricts it as much", () => {
  const Shown = numberSlot("shown", { purpose: ["delivery", "measurement"] });
  const logging = (tags: object) => {
    const Record = numberSlot("record", { leaves: "log", ...tags });
    const nodes = { log: step("team-2", { reads: [Shown], writes: [Record], processesFor: "delivery" }) };
    return wired({ request: [Shown], nodes, respond: [Record] });
  };
  expectValid(logging({ purpose: ["delivery"] }));
  expectValid(logging({ purpose: ["measurement", "delivery"] }));
  expectDiagnostics(logging({}), [{ code: "TENON1032" }]);
  expectDiagnostics(logging({ purpose: ["delivery", "training"] }), [
    {
      code: "TENON1032",
      message:
        'data restricted to delivery and measurement of slot "shown" (owner team-shown) leaves into a log in slot "record" (owner team-record), through node "log" (owner team-2)',
    },
  ]);
});
