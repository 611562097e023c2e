import { type BatchObservableCallback, createNoopMeter, type Meter, type Observable } from "@opentelemetry/api";
import { graph, NodeHistograms, node, Outcome, slot, TraceRecord, topologyOf } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { z } from "zod";
import { observeMetrics } from "./observe-metrics.ts";

interface Observed {
  readonly name: string;
  readonly value: number;
  readonly attributes: unknown;
}

/** A meter as an SDK implements it: it collects when asked. */
function collectingMeter(): { readonly meter: Meter; readonly collect: () => readonly Observed[] } {
  const names = new Map<Observable, string>();
  const callbacks = new Set<BatchObservableCallback>();
  const meter = createNoopMeter();
  const create = (name: string): Observable => {
    const instrument: Observable = { addCallback: () => undefined, removeCallback: () => undefined };
    names.set(instrument, name);
    return instrument;
  };
  meter.createObservableGauge = create;
  meter.createObservableCounter = create;
  meter.createObservableUpDownCounter = create;
  meter.addBatchObservableCallback = (callback) => void callbacks.add(callback);
  meter.removeBatchObservableCallback = (callback) => void callbacks.delete(callback);
  const collect = (): readonly Observed[] => {
    const observed: Observed[] = [];
    for (const callback of callbacks) {
      void callback({
        observe: (instrument, value, attributes) =>
          void observed.push({ name: names.get(instrument) ?? "", value, attributes }),
      });
    }
    return observed;
  };
  return { meter, collect };
}

const Answer = slot("answer", z.string(), { owner: "ads-serving" });
const topology = topologyOf(
  graph({
    name: "ad-request",
    owner: "ads-serving",
    request: [],
    nodes: {
      answer: node({
        owner: "ads-serving",
        purpose: "answers",
        reads: [],
        writes: [Answer],
        run: () => ({ answer: "" }),
      }),
    },
    respond: [Answer],
  }),
);

function totals(): NodeHistograms {
  const histograms = new NodeHistograms(topology);
  const trace = new TraceRecord("ad-request", "request-1", 0, 1);
  trace.end[0] = 4;
  trace.setOutcome(0, Outcome.ok);
  histograms.record(trace);
  histograms.countRequest(5, "TENON1203");
  return histograms;
}

test("a collection sees the totals of the moment, under the names of the metrics", () => {
  const { meter, collect } = collectingMeter();
  const histograms = totals();
  observeMetrics(meter, () => [histograms.snapshot()]);
  const node = { "tenon.graph": "ad-request", "tenon.node": "answer", "tenon.owner": "ads-serving" };
  const observed = collect();
  expect(observed).toContainEqual({ name: "tenon.node.time", value: 4, attributes: node });
  // The middle of the bucket that holds 4 ms.
  expect(observed).toContainEqual({
    name: "tenon.node.latency",
    value: 3.968,
    attributes: { ...node, quantile: "0.99" },
  });
  expect(observed).toContainEqual({
    name: "tenon.node.outcomes",
    value: 1,
    attributes: { ...node, "tenon.outcome": "ok" },
  });
  expect(observed).toContainEqual({
    name: "tenon.request.failures",
    value: 1,
    attributes: { "tenon.graph": "ad-request", "tenon.code": "TENON1203" },
  });
  histograms.countRequest(5);
  expect(collect()).toContainEqual({ name: "tenon.requests", value: 2, attributes: { "tenon.graph": "ad-request" } });
});

test("after stopping, nothing is collected", () => {
  const { meter, collect } = collectingMeter();
  const stop = observeMetrics(meter, () => [totals().snapshot()]);
  stop();
  expect(collect()).toEqual([]);
});
