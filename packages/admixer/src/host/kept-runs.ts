import type { AdmittedRequest, AdResponse, Arms } from "@tenon/ads-model";
import type { ReasonLedger, Recording, TraceRecord, ValueOf } from "@tenon/graph-core";
import type { FeatureLogRecord } from "@tenon/nodes";

/** A traced request, as it can be asked for afterwards. Everything in it stays in this process. */
export interface KeptRun {
  readonly request: AdmittedRequest;
  readonly trace: TraceRecord;
  readonly ledger: ReasonLedger;
  /** Absent when the request failed. */
  readonly response: AdResponse | undefined;
  readonly featureLog: ValueOf<typeof FeatureLogRecord> | undefined;
  readonly arms: Arms;
  /** The run itself, to be repeated and edited. @throws GraphError TENON1303 or TENON1306 for reads that could not be kept */
  readonly recording: () => Recording;
}

/** The latest traced requests, by id; the oldest goes when a new one comes. */
export class KeptRuns {
  readonly #keepMax: number;
  readonly #runs = new Map<string, KeptRun>();

  constructor(keepMax: number) {
    this.#keepMax = keepMax;
  }

  get size(): number {
    return this.#runs.size;
  }

  keep(run: KeptRun): void {
    if (this.#keepMax === 0) return;
    const { requestId } = run.request;
    this.#runs.delete(requestId);
    this.#runs.set(requestId, run);
    if (this.#runs.size <= this.#keepMax) return;
    for (const oldest of this.#runs.keys()) {
      this.#runs.delete(oldest);
      return;
    }
  }

  get(requestId: string): KeptRun | undefined {
    return this.#runs.get(requestId);
  }

  /** Ids, newest first. */
  ids(): readonly string[] {
    return [...this.#runs.keys()].reverse();
  }
}
