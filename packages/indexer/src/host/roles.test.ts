/** Many processes of each role, by the command that users have: they share the work, and any of them may be killed. */
import { test } from "vitest";
import { tellOfRoles } from "../../test/roles-story.ts";

const LONG = process.env["TENON_LONG"] === "1";
/** At rest less than one minute. */
const TEST_MAX_MS = 420_000;
const LONG_MAX_MS = 1_800_000;

test("two processes of each pair of roles share the work; one of each is killed, and nothing is lost or stale", {
  timeout: TEST_MAX_MS,
}, async () => {
  await tellOfRoles({ seed: 31, ads: 80, processes: [["gateway", "updater"], ["argus", "batch"], ["admixer"]] });
});

test("ten processes, two of each role: one of each is killed, and nothing is lost or stale", {
  timeout: LONG_MAX_MS,
}, async ({ skip }) => {
  skip(!LONG, "ten processes take minutes on two cores: TENON_LONG=1 runs it");
  await tellOfRoles({ seed: 37, ads: 300, processes: [["gateway"], ["updater"], ["argus"], ["batch"], ["admixer"]] });
});
