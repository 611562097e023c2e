import { type Context, INVALID_SPAN_CONTEXT, type Span, type Tracer, trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { scratchFolder } from "../test/scratch-folder.ts";
import { standInModels } from "../test/stand-in-models.ts";
import { NOW_MS, personalRequest, smallMarketplace, startTestHost } from "../test/test-host.ts";
import { answerOnce, readConfig, startAdMixer } from "./index.ts";
import { readLog } from "./sink/read-log.ts";

const marketplace = smallMarketplace();

test("one request is answered without HTTP, with its trace and its ledger, and leaves no file", async () => {
  const { folder, remove } = scratchFolder();
  const config = readConfig({ folder, flags: { warmUpRequests: 0 } });
  const clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now(), after: () => () => undefined };
  const {
    response,
    insertions,
    trace: made,
    ledger,
  } = await answerOnce(config, undefined, { marketplace, models: standInModels(), clock });
  expect(response.positions.filter(({ kind }) => kind === "ad").length).toBe(insertions.length);
  expect(insertions.length).toBeGreaterThan(0);
  expect(made.nodes.every(({ outcome }) => outcome === "ok" || outcome === "skipped")).toBe(true);
  expect(ledger.conserved).toBe(true);
  await expect(
    answerOnce(config, { surface: "nowhere" }, { marketplace, models: standInModels(), clock }),
  ).rejects.toMatchObject({ code: "TENON1610" });
  expect([...readLog(config.settings.logFolder as string)]).toEqual([]);
  remove();
});

test("the same sample request has the same answer in every host", async () => {
  const answers: unknown[] = [];
  for (const _ of [1, 2]) {
    const host = await startTestHost({}, { marketplace: smallMarketplace() });
    answers.push((await host.post({ ...host.sampleRequest(4), requestId: "same" })).json);
    await host.end();
  }
  expect(answers[0]).toEqual(answers[1]);
});

test("an address that is taken is an error that says so, and lets go of the log", async () => {
  const host = await startTestHost({}, { marketplace });
  const { folder, remove } = scratchFolder();
  const config = readConfig({ folder, flags: { port: Number(new URL(host.url).port), warmUpRequests: 0 } });
  const start = () => startAdMixer(config, { marketplace, models: standInModels() });
  await expect(start()).rejects.toMatchObject({ code: "TENON1603" });
  await expect(start()).rejects.toMatchObject({ code: "TENON1603" });
  await host.end();
  remove();
});

test("requests before the host is ready are refused, and warm-up leaves nothing in counts, budgets or log", async () => {
  const host = await startTestHost({ warmUpRequests: 10 }, { marketplace: smallMarketplace() });
  expect(host.host.executor.counts.requests).toBe(10);
  expect([host.host.totals.insertions, host.host.log.written]).toEqual([0, 0]);
  expect(host.host.sink?.counts.appendedRecords).toBe(0);
  expect(host.host.insertions.size).toBe(0);
  await host.end();
  await expect(host.host.answer(host.sampleRequest())).rejects.toMatchObject({ code: "TENON1615" });
});

test("spans are exported for traced requests only, below the caller's span", async () => {
  const started: { name: string; parent: string | undefined }[] = [];
  const tracer = {
    startSpan: (name: string, _options: unknown, context: Context): Span => {
      started.push({ name, parent: trace.getSpanContext(context)?.spanId });
      return {
        spanContext: () => INVALID_SPAN_CONTEXT,
        setStatus: () => undefined,
        end: () => undefined,
      } as unknown as Span;
    },
  } as unknown as Tracer;
  const host = await startTestHost({ checkedShare: 0 }, { marketplace, tracer });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await host.post(personalRequest(host), { traceparent });
  await host.post(personalRequest(host), { traceparent, "x-tenon-trace": "1" });
  await expect.poll(() => started.length).toBeGreaterThan(20);
  expect(started.filter(({ name }) => name.startsWith("graph "))).toEqual([
    { name: "graph ad-request", parent: "b7ad6b7169203331" },
  ]);
  await host.end();
});

test("experiments decide arms that are logged, and the report counts them", async () => {
  const experiments = [
    {
      name: "auction",
      unit: "request" as const,
      experiments: [
        {
          name: "reserve",
          share: 1,
          variants: [
            { name: "control", share: 0.5, parameters: {} },
            { name: "prohibitive", share: 0.5, parameters: { reserveEcpmMicros: 1e9 } },
          ],
        },
      ],
    },
  ];
  const host = await startTestHost({ experiments }, { marketplace: smallMarketplace() });
  const shown: Record<string, number> = { control: 0, prohibitive: 0 };
  for (let row = 0; row < 60; row++) {
    const { featureLog } = await host.host.answer({ ...host.sampleRequest(row), requestId: `r${row}` });
    const variant = featureLog.arms.assignments.reserve as string;
    shown[variant] = (shown[variant] ?? 0) + featureLog.shown.length;
  }
  expect(shown.control).toBeGreaterThan(0);
  expect(shown.prohibitive).toBe(0);
  const { experiments: report } = JSON.parse((await host.get("/v1/experiments")).text);
  expect(report[0]).toMatchObject({ experiment: "reserve", sampleRatioMismatch: false });
  for (const { variant, adsShown } of report[0].variants) expect(adsShown).toBe(shown[variant]);
  await host.end();
});
