/** Why a document is stale or missing: the first rung of the ladder that holds. Each rung is a question to the facts. */
import type { DocumentFacts } from "./document-facts.ts";
import { type Ask, ads, type Rung, type Verdict } from "./verdict.ts";
import { changeFeedBehind, groupMissing, notServable, workParked, workWaiting } from "./way-through-handlers.ts";
import { gateRefusedBase, hostNotLoaded, inOutbox, onlyInBase } from "./way-to-hosts.ts";
import {
  changeNotRead,
  droppedOnCommand,
  notInAdsDatabase,
  parkedRecord,
  rejected,
  waitingInTopic,
} from "./way-to-repository.ts";

/** In the order of the way. */
const LADDER: Readonly<Record<Exclude<Rung, "served">, Ask>> = {
  notInAdsDatabase,
  waitingInTopic,
  parkedRecord,
  rejected,
  droppedOnCommand,
  changeNotRead,
  workParked,
  workWaiting,
  changeFeedBehind,
  groupMissing,
  notServable,
  inOutbox,
  gateRefusedBase,
  onlyInBase,
  hostNotLoaded,
};

/** Every rung with its answer, in the order of the way; the first that holds is the reason, later ones may follow from it. */
export function ladderOf(
  facts: DocumentFacts,
): readonly { readonly rung: Rung; readonly holds: Verdict | undefined }[] {
  return Object.entries(LADDER).map(([rung, ask]) => ({ rung: rung as Rung, holds: ask(facts) }));
}

export function whyOf(facts: DocumentFacts): Verdict {
  for (const ask of Object.values(LADDER)) {
    const verdict = ask(facts);
    if (verdict !== undefined) return verdict;
  }
  const { servable, hosts } = facts;
  const held =
    hosts.length === 0
      ? "published; no serving process was asked"
      : `served by ${hosts.length} of ${hosts.length} hosts`;
  return {
    rung: "served",
    because: `${ads(facts)} is up to date: version ${servable?.version ?? "?"} is ${held}`,
    owner: null,
    hint: hosts.length === 0 ? "ask serving processes with --host URL" : "nothing to do",
  };
}
