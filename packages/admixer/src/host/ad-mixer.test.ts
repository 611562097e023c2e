import { ManualClock, settle } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { standInModels } from "../../test/stand-in-models.ts";
import { NOW_MS, smallMarketplace } from "../../test/test-host.ts";
import { DEFAULT_SETTINGS } from "../config/settings.ts";
import { POLICIES } from "../resources/policies.ts";
import type { AppendSink, LogRecord } from "../sink/append-sink.ts";
import { AdMixer } from "./ad-mixer.ts";

const marketplace = smallMarketplace();
const [request] = marketplace.sampleRequests({ seed: 3, count: 1 });

/** A log whose room the test gives and takes. */
function logWithRoom() {
  const state = { hasRoom: true, waiting: [] as ((hasRoom: boolean) => void)[], records: [] as LogRecord[] };
  const sink = {
    append: (record: LogRecord) => state.records.push(record),
    get hasRoom() {
      return state.hasRoom;
    },
    waitForRoom: () => new Promise<boolean>((resolve) => state.waiting.push(resolve)),
    counts: { bufferedBytes: 7 },
    healthy: false,
    close: async () => undefined,
  } as unknown as AppendSink;
  return { state, sink };
}

async function hostWith(sink: AppendSink): Promise<AdMixer> {
  const settings = { ...DEFAULT_SETTINGS, warmUpRequests: 0, concurrencyMax: 2, checkedShare: 0 };
  const clock = new ManualClock(NOW_MS);
  const host = new AdMixer({
    settings,
    clock,
    marketplace,
    models: standInModels(),
    policies: POLICIES,
    sink: () => sink,
  });
  await host.warmUp();
  return host;
}

test("without room in the log a request is refused before it runs, and its place is given back", async () => {
  const { state, sink } = logWithRoom();
  const host = await hostWith(sink);
  state.hasRoom = false;
  const answer = host.answer(request);
  await settle();
  expect(host.admission.running).toBe(1);
  state.waiting[0]?.(false);
  await expect(answer).rejects.toMatchObject({ code: "TENON1614", detail: expect.stringContaining("writes fail") });
  expect(host.admission.running).toBe(0);
  expect(host.executor.counts.requests).toBe(0);
  expect(host.totals.refusedLogBehind).toBe(1);
  expect(state.records).toEqual([]);
});

test("a request that waited for room is answered and logged", async () => {
  const { state, sink } = logWithRoom();
  const host = await hostWith(sink);
  state.hasRoom = false;
  const answer = host.answer(request);
  await settle();
  state.waiting[0]?.(true);
  expect((await answer).response.requestId).toBe(request?.requestId);
  expect(state.records.length).toBeGreaterThan(0);
  expect(host.admission.running).toBe(0);
});

test("a request that cannot be logged any more is not answered", async () => {
  const { sink } = logWithRoom();
  const refusal = new Error("the log is closed");
  const host = await hostWith(
    Object.assign(Object.create(sink), {
      append: () => {
        throw refusal;
      },
    }),
  );
  await expect(host.answer(request)).rejects.toBe(refusal);
  expect(host.totals.insertions).toBe(0);
  expect(host.admission.running).toBe(0);
});
