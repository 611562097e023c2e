import type { ReasonLedger, Topology, TraceRecord } from "@tenon/graph-core";
import type { ShownAd } from "../run-document.ts";

/** A traced run as a host keeps it. What is personal in it must not be here: hosts redact by schema before they hand over. */
export interface RunInput {
  readonly topology: Topology;
  readonly trace: TraceRecord;
  readonly ledger: ReasonLedger;
  /** Without what the slot's schema marks as personal. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly shown: readonly ShownAd[];
  readonly indexVersion: string | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly scores: ReadonlyMap<number, { readonly clickProbability: number; readonly ecpmMicros: number }>;
  readonly brands: ReadonlyMap<number, string>;
  readonly loggedAsScored: boolean | null;
  /** What a drop reason means; unknown ones mean nothing. */
  readonly meaningOf: (reason: string) => { readonly meaning: string; readonly actor: string } | undefined;
}
