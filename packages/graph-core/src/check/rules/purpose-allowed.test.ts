import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { resource } from "../../contract/resource.ts";

const Profile = numberSlot("profile", { purpose: ["personalisation"] });
const Mid = numberSlot("mid");
const Out = numberSlot("out");
const derive = (contract: object) => step("team-1", { reads: [Profile], writes: [Mid], ...contract });
const use = (contract: object) => step("team-2", { reads: [Mid], writes: [Out], ...contract });
const both = (first: object, second: object) =>
  wired({ request: [Profile], nodes: { derive: derive(first), use: use(second) }, respond: [Out] });
const allowed = { processesFor: "personalisation" };

test("every node that a restricted value reaches processes for an allowed purpose, until one declassifies it", () => {
  expectValid(both(allowed, allowed));
  expectValid(both({ ...allowed, declassifies: { labels: ["personalisation"], reason: "no trace of the user" } }, {}));
});

test("a node that processes for another purpose, or does not say, is told with the source", () => {
  expectDiagnostics(both({ processesFor: "training" }, allowed), [
    {
      code: "TENON1033",
      message:
        'node "derive" (owner team-1) reads slot "profile" (owner team-profile), which is restricted to personalisation, and processes for training',
      parties: ["node derive team-1", "slot profile team-profile"],
    },
  ]);
  expectDiagnostics(both({}, {}), [
    { code: "TENON1033", parties: ["node derive team-1", "slot profile team-profile"] },
  ]);
});

test("a derived value is restricted like its source", () => {
  expectDiagnostics(both(allowed, {}), [
    {
      code: "TENON1033",
      message:
        'node "use" (owner team-2) reads slot "profile" (owner team-profile), through node "derive" (owner team-1), which is restricted to personalisation, and does not say what for',
      parties: ["node use team-2", "slot profile team-profile", "node derive team-1"],
    },
  ]);
});

test("values restricted to different purposes have only what is common, which may be nothing", () => {
  const Shown = numberSlot("shown", { purpose: ["delivery", "personalisation"] });
  const Clicked = numberSlot("clicked", { purpose: ["measurement"] });
  const joining = (reads: readonly unknown[], processesFor: string) =>
    wired({
      request: reads as never,
      nodes: { join: step("team-1", { reads, writes: [Out], processesFor }) },
      respond: [Out],
    });
  expectValid(joining([Profile, Shown], "personalisation"));
  expectDiagnostics(joining([Profile, Shown], "delivery"), [{ code: "TENON1033" }]);
  expectDiagnostics(joining([Profile, Clicked], "measurement"), [
    {
      code: "TENON1033",
      message:
        'node "join" (owner team-1) reads slot "profile" (owner team-profile), which is restricted to no common purpose, and processes for measurement',
    },
  ]);
});

test("a restricted resource restricts like a slot, for shadows too", () => {
  const Store = resource<object>()("store", { owner: "team-s", purpose: "counts", restrictedTo: ["delivery"] });
  const load = (contract: object) => step("team-1", { reads: [Mid], uses: [Store], writes: [Out], ...contract });
  expectValid(wired({ request: [Mid], nodes: { load: load({ processesFor: "delivery" }) }, respond: [Out] }));
  expectDiagnostics(
    wired({
      request: [Mid],
      nodes: { load: step("team-1", { reads: [Mid], writes: [Out] }) },
      shadows: { newer: { of: "load", node: load({}) } },
      respond: [Out],
    }),
    [{ code: "TENON1033", parties: ["node newer team-1", "resource store team-s"] }],
  );
});
