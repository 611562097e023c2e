import {
  type Context,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  type TimeInput,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { SpanData } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { callerContext, emitSpans } from "./emit-spans.ts";

interface Emitted {
  readonly name: string;
  readonly parent: string | undefined;
  readonly start: TimeInput | undefined;
  readonly attributes: SpanOptions["attributes"];
  failed: boolean;
  end: TimeInput | undefined;
}

/** A tracer as an SDK implements it: each span knows the span of the context it was started in. */
function recordingTracer(): {
  readonly tracer: Tracer;
  readonly emitted: readonly Emitted[];
  readonly ended: readonly string[];
} {
  const emitted: Emitted[] = [];
  const ended: string[] = [];
  const names = new Map<Span | undefined, string>();
  const tracer: Tracer = {
    startSpan(name: string, options: SpanOptions = {}, context: Context = ROOT_CONTEXT): Span {
      const record: Emitted = {
        name,
        parent: names.get(trace.getSpan(context)),
        start: options.startTime,
        attributes: options.attributes,
        failed: false,
        end: undefined,
      };
      emitted.push(record);
      const span: Span = {
        spanContext: () => INVALID_SPAN_CONTEXT,
        setAttribute: () => span,
        setAttributes: () => span,
        addEvent: () => span,
        addLink: () => span,
        addLinks: () => span,
        setStatus: ({ code }) => {
          record.failed = code === SpanStatusCode.ERROR;
          return span;
        },
        updateName: () => span,
        end: (time) => {
          record.end = time;
          ended.push(name);
        },
        isRecording: () => true,
        recordException: () => undefined,
      };
      names.set(span, name);
      return span;
    },
    startActiveSpan: () => {
      throw new Error("spans of a finished run are never made active");
    },
  };
  return { tracer, emitted, ended };
}

const spans: readonly SpanData[] = [
  {
    name: "graph ad-request",
    parent: undefined,
    startMs: 1_790_000_000_000.25,
    endMs: 1_790_000_000_040,
    failed: false,
    attributes: { "tenon.graph": "ad-request" },
  },
  {
    name: "loadCounts",
    parent: 0,
    startMs: 1_790_000_000_001,
    endMs: 1_790_000_000_009,
    failed: true,
    attributes: { "tenon.owner": "ads-delivery" },
  },
];

test("a run becomes one span per node below the request's, with its times and attributes", () => {
  const { tracer, emitted } = recordingTracer();
  emitSpans(tracer, spans);
  expect(emitted).toEqual([
    {
      name: "graph ad-request",
      parent: undefined,
      start: [1_790_000_000, 250_000],
      end: [1_790_000_000, 40_000_000],
      failed: false,
      attributes: { "tenon.graph": "ad-request" },
    },
    {
      name: "loadCounts",
      parent: "graph ad-request",
      start: [1_790_000_000, 1_000_000],
      end: [1_790_000_000, 9_000_000],
      failed: true,
      attributes: { "tenon.owner": "ads-delivery" },
    },
  ]);
});

test("the request's span hangs below the caller's, and ends last", () => {
  const { tracer, emitted, ended } = recordingTracer();
  const caller = tracer.startSpan("caller");
  emitSpans(tracer, spans, trace.setSpan(ROOT_CONTEXT.setValue(createContextKey("other"), 1), caller));
  expect(emitted[1]?.parent).toBe("caller");
  expect(ended).toEqual(["loadCounts", "graph ad-request"]);
});

test("the caller's traceparent is the parent of the request's span; a header that says nothing is ignored", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const context = callerContext(`00-${traceId}-b7ad6b7169203331-01`);
  expect(trace.getSpanContext(context)).toMatchObject({
    traceId,
    spanId: "b7ad6b7169203331",
    traceFlags: 1,
    isRemote: true,
  });
  for (const header of [
    undefined,
    "",
    "nonsense",
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
  ]) {
    expect(callerContext(header)).toBe(ROOT_CONTEXT);
  }
});
