import type { AdResponse } from "@tenon/ads-model";
import type { RunContext, ValueOf } from "@tenon/graph-core";
import type { FeatureLogRecord, InsertionEvents } from "@tenon/nodes";

/** What a run gave: the answer, and what is to be remembered of it. */
export interface Answer {
  readonly response: AdResponse;
  readonly insertions: ValueOf<typeof InsertionEvents>;
  readonly featureLog: ValueOf<typeof FeatureLogRecord>;
  readonly ctx: RunContext;
}

export interface TraceHeaders {
  readonly traceparent?: string | undefined;
}

export interface AnswerOptions {
  /** Id of a request that has none. Default: a random one. */
  readonly requestId?: string;
  /** When the request arrived, by the clock's `monotonicMs`. Default: now. */
  readonly arrivedMs?: number;
  /** Runs checked and keeps the trace, whatever the share. */
  readonly traced?: boolean;
  readonly headers?: TraceHeaders;
}
