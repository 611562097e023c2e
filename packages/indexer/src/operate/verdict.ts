/** What a ladder of questions to the facts of a document answers. */
import type { DocumentFacts } from "./document-facts.ts";

/** In the order of the way; `served` when none of the others holds. */
export type Rung =
  | "notInAdsDatabase"
  | "waitingInTopic"
  | "parkedRecord"
  | "rejected"
  | "droppedOnCommand"
  | "changeNotRead"
  | "workParked"
  | "workWaiting"
  | "changeFeedBehind"
  | "groupMissing"
  | "notServable"
  | "inOutbox"
  | "gateRefusedBase"
  | "onlyInBase"
  | "hostNotLoaded"
  | "served";

export interface Verdict {
  readonly rung: Rung;
  /** One sentence. */
  readonly because: string;
  /** Who has to act; null when nobody has to. */
  readonly owner: string | null;
  readonly hint: string;
}

/** One rung: its verdict when it holds. */
export type Ask = (facts: DocumentFacts) => Verdict | undefined;

export const ads = (facts: DocumentFacts) => `ad ${facts.adId}`;
export const seconds = (ms: number) => (ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`);
