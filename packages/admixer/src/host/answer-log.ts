/** Appends what an answered request leaves behind: its insertion events always, its feature log record by share. */
import type { ReasonLedger } from "@tenon/graph-core";
import { FeatureLogRecord, InsertionEvents } from "@tenon/nodes";
import { pointOf } from "../experiments/decide-arms.ts";
import { type AppendSink, RecordKind } from "../sink/append-sink.ts";
import { encodeFacts, servedRecord } from "../sink/served-record.ts";
import type { Answer } from "./answer.ts";

export class AnswerLog {
  readonly #sink: AppendSink | undefined;
  readonly #share: number;
  written = 0;
  /** Left out by the share. */
  skipped = 0;
  /** Logged snapshots whose digest is not the scored one; must stay 0. */
  digestMismatches = 0;

  constructor(sink: AppendSink | undefined, featureLogShare: number) {
    this.#sink = sink;
    this.#share = featureLogShare;
  }

  /** `switchedOff`: names of the nodes that were switched off for this run. */
  append({ featureLog, insertions, ctx }: Answer, switchedOff: readonly string[]): void {
    if (!isLoggedAsScored(featureLog)) this.digestMismatches++;
    const sink = this.#sink;
    if (sink === undefined) return;
    const { requestId, seed, quality, ledger } = ctx;
    const writesFeatures = this.#share === 1 || (this.#share > 0 && pointOf("feature log", requestId) < this.#share);
    if (writesFeatures) this.written++;
    else this.skipped++;
    if (!writesFeatures && insertions.length === 0) return;
    const dropped = Object.fromEntries(ledger.countsByReason());
    const facts = encodeFacts({ requestId, seed, quality, switchedOff, dropped, entered: enteredOf(ledger) });
    if (insertions.length > 0)
      sink.append(servedRecord(RecordKind.insertionEvents, facts, InsertionEvents, insertions));
    if (writesFeatures) sink.append(servedRecord(RecordKind.featureLog, facts, FeatureLogRecord, featureLog));
  }
}

function enteredOf({ stages }: ReasonLedger): number {
  return stages[0]?.batch.size ?? 0;
}

/** Whether the snapshots in the record are the ones that the models say they scored. */
export function isLoggedAsScored({ light, rank }: Answer["featureLog"]): boolean {
  return [light, rank].every(({ features, scores }) => features.digest === scores.snapshotDigest);
}
