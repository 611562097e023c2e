import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { userActionsOf } from "../../testing/resources.ts";
import type { EntityCounts } from "../resources.ts";
import { USER_COUNT_ROWS_MAX } from "../slots.ts";
import { loadUserCounts } from "./load-user-counts.ts";

runAdGoldens(loadUserCounts, import.meta.dirname, { bind: { userActions: userActionsOf } });

test("more rows than can be read fail the node instead of lifting a cap", async () => {
  const row = {
    level: "ad",
    impressionsPer1Days: 0,
    impressionsPer7Days: 0,
    impressionsPer30Days: 0,
    clicksPer30Days: 0,
    insertionsPending: 0,
  };
  const rows = Array.from(
    { length: USER_COUNT_ROWS_MAX + 1 },
    (_, at) => ({ ...row, entityId: at + 1 }) as EntityCounts,
  );
  const run = runNode(
    loadUserCounts,
    { consentedUser: { userId: "u1" } },
    { uses: { userActions: userActionsOf({ u1: rows }) } },
  );
  await expect(run).rejects.toThrow(`at most ${USER_COUNT_ROWS_MAX} are read`);
});

test("when the service fails, the fallback says that nothing is known", () => {
  const { onFailure } = loadUserCounts.definition;
  expect(onFailure).toMatchObject({ fallback: { userCounts: { status: "unavailable" } } });
});
