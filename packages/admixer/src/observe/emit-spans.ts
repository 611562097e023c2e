import {
  type Context,
  type HrTime,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { SpanData } from "@tenon/graph-core";

export type { Tracer };

/**
 * Hands the spans of a finished run (`traceToSpans`) to OpenTelemetry. Call it after the answer is out, and only for
 * requests that were recorded: the sampling decision is the executor's, so give the SDK a sampler that follows it
 * (always on). The first span's parent is the one in `context`, e.g. the caller's, from its `traceparent` header.
 */
export function emitSpans(tracer: Tracer, spans: readonly SpanData[], context: Context = ROOT_CONTEXT): void {
  const contexts: Context[] = [];
  const started = spans.map((data): Span => {
    const parent = data.parent === undefined ? context : (contexts[data.parent] ?? context);
    const kind = data.parent === undefined ? SpanKind.SERVER : SpanKind.INTERNAL;
    const span = tracer.startSpan(
      data.name,
      { kind, startTime: hrTime(data.startMs), attributes: data.attributes },
      parent,
    );
    if (data.failed) span.setStatus({ code: SpanStatusCode.ERROR });
    contexts.push(trace.setSpan(parent, span));
    return span;
  });
  // Children first: some exporters close a trace with its root.
  for (let at = started.length - 1; at >= 0; at -= 1) started[at]?.end(hrTime(spans[at]?.endMs ?? 0));
}

/** Seconds and nanoseconds since the epoch. A plain number would be read as time since the process began if it is small. */
function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1_000);
  const nanos = Math.round((epochMs - seconds * 1_000) * 1e6);
  return nanos < 1e9 ? [seconds, nanos] : [seconds + 1, 0];
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** The context that a `traceparent` header names (W3C Trace Context); the root for none, or one that says nothing. */
export function callerContext(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const caller = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(caller) ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
}
