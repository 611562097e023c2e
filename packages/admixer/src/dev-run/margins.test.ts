/**
 * Both models give, in a replay, the very margins they gave when the request was served: compared as bits, not as numbers.
 * `TENON_LONG=1` replays a hundred thousand requests.
 */
import { runRecorded } from "@tenon/dev-run";
import { type ModelScores, type NodeOutputs, recordRun } from "@tenon/graph-core";
import { rawValues } from "@tenon/graph-core/internal";
import { MARKETPLACE_NOW_MS } from "@tenon/marketplace";
import { expect, test } from "vitest";
import { admitRequest } from "../host/admit-request.ts";
import { loadClickModels } from "../resources/click-models.ts";
import { openMarketplace } from "../resources/open-marketplace.ts";
import { POLICIES } from "../resources/policies.ts";
import { UserActionsTable } from "../resources/user-actions-table.ts";
import { recordingExecutor } from "./serving-executor.ts";
import { StandInPeople } from "./stand-in-people.ts";

const REQUESTS = process.env["TENON_LONG"] === "1" ? 100_000 : 2_000;
const TIMEOUT_MS = REQUESTS * 120;
const DAY_MS = 86_400_000;
const SCORES = ["lightScores", "clickMargins"] as const;

test(`the margins of ${REQUESTS} requests are the same bits in a replay`, { timeout: TIMEOUT_MS }, async () => {
  let nowMs = MARKETPLACE_NOW_MS;
  const source = { seed: 17, adsMax: 200, usersCount: 200, pseudonymKey: "test", nowMs: () => nowMs };
  const marketplace = openMarketplace(source);
  const people = new StandInPeople(marketplace.catalogue, "test");
  const actions = new UserActionsTable(marketplace.parentsOf, () => nowMs);
  const executor = recordingExecutor(
    marketplace,
    { models: loadClickModels(), policies: POLICIES },
    { people, actions },
  );
  let margins = 0;
  let mismatches = 0;
  let requests = 0;
  for (const body of marketplace.sampleRequests({ seed: 17, count: REQUESTS, durationMs: DAY_MS })) {
    nowMs = body.timestampMs ?? nowMs;
    const request = people.requestOf(admitRequest(body));
    const served = new Map<string, ModelScores>();
    const onOutputs = (_: number, given: NodeOutputs): void => {
      for (const name of SCORES) if (given[name] !== undefined) served.set(name, given[name] as ModelScores);
    };
    const input = { adRequest: request, arms: { assignments: {}, parameters: {} } };
    const run = recordRun(executor, input, { requestId: request.requestId, nowMs, checked: true, onOutputs });
    await run.response;
    const { values } = await runRecorded(executor, run.recording());
    for (const name of SCORES) {
      const before = bits(served.get(name));
      const after = bits(values.get(name)?.value as ModelScores | undefined);
      margins += before.length / Float64Array.BYTES_PER_ELEMENT;
      if (!before.equals(after)) mismatches++;
    }
    requests++;
  }
  expect({ requests, mismatches }).toEqual({ requests: REQUESTS, mismatches: 0 });
  expect(margins).toBeGreaterThan(REQUESTS * 20);
});

function bits(scores: ModelScores | undefined): Buffer {
  if (scores === undefined) return Buffer.from("absent");
  const { buffer, byteOffset, byteLength } = rawValues(scores.margins);
  return Buffer.from(buffer, byteOffset, byteLength);
}
