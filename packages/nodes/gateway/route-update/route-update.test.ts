import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { routeUpdate } from "./route-update.ts";

runAdGoldens(routeUpdate, import.meta.dirname);

test("an override that sends control data to the medium lane is refused by name", async () => {
  const keptUpdate = {
    ...{ entity: "campaign", group: "budget", key: 3, version: 2, operation: "delete", columns: null },
    ...{ sourceAtMs: 1, cause: "a test" },
  };
  const gatewayPolicy = { version: "1", dropContentBeforeMs: null, lanes: { "campaign.budget": "medium" } };
  await expect(runNode(routeUpdate, { keptUpdate }, { uses: { gatewayPolicy } })).rejects.toThrow(
    /"campaign.budget", control data, to the medium lane/,
  );
});
