/** What ends a feed, in one place so that the words agree. */
import { repoError } from "./repo-error.ts";

/** TENON1530: the slot does not exist, or the server gave up keeping its log. */
export function slotGone(slot: string, found: string, cause?: unknown): Error {
  return repoError("TENON1530", `the replication slot "${slot}" cannot go on`, {
    category: "resource",
    expected: "a slot whose log the server still keeps",
    found,
    hint: "open the feed with fall-back: it goes on by polling from the last settled batch; then make a new slot",
    cause,
  });
}

/** TENON1531: the server has forgotten commits that this consumer has not seen. */
export function slotAhead(slot: string, { confirmed, cursor }: { confirmed: string; cursor: string }): Error {
  return repoError("TENON1531", `the replication slot "${slot}" is ahead of the stored cursor`, {
    category: "resource",
    expected: `a slot at ${cursor} or before`,
    found: `one at ${confirmed}: it was made anew or moved by hand, or the cursor is from an old backup`,
    hint: "open the feed with fall-back: it goes on by polling from the last settled batch",
  });
}

/** TENON1532: the cursor belongs to another history. */
export function otherHistory({ stored, current }: { stored: string; current: string }): Error {
  return repoError("TENON1532", "a cursor belongs to another history than the database", {
    category: "resource",
    expected: `a cursor of ${current}`,
    found: stored,
    hint: "the database was restored, upgraded or failed over: read again from the oldest batch, versions drop what is known",
  });
}

/** TENON1533: another consumer of this name has taken over. */
export function cursorFenced(consumer: string, fence: bigint): Error {
  return repoError("TENON1533", `consumer "${consumer}" was claimed by another`, {
    category: "resource",
    expected: `fence ${fence}`,
    found: "a later one",
    hint: "nothing was stored: stop this consumer, the later one goes on",
  });
}

/** TENON1534: batches that the cursor needs were dropped. */
export function historyGone({ needed, oldest }: { needed: bigint; oldest: bigint }): Error {
  return repoError("TENON1534", "the change history no longer reaches back to the cursor", {
    category: "resource",
    expected: `batches from ${needed + 1n}`,
    found: `batches from ${oldest}`,
    hint: "take a new base snapshot and go on from its watermark; keep history longer",
  });
}

/** TENON1536: the server's stream broke its own rules, or ours of reading it. */
export function streamBroken(found: string, cause?: unknown): Error {
  return repoError("TENON1536", "the replication stream cannot be read on", {
    category: "resource",
    expected: "whole transactions of the change_batch publication",
    found,
    hint: "open the feed again at the stored cursor; if it repeats, look at the publication and the server's log",
    cause,
  });
}

/** TENON1537: the feed is closed, or has failed before. */
export function feedEnded(why: string): Error {
  return repoError("TENON1537", "a feed was used after its end", {
    category: "input",
    expected: "an open feed",
    found: why,
    hint: "open it again at the stored cursor",
  });
}

/** TENON1541: somebody else reads the slot, or the server has not noticed yet that an earlier reader is gone. */
export function slotBusy(slot: string, cause: unknown): Error {
  return repoError("TENON1541", `the replication slot "${slot}" is being read`, {
    category: "resource",
    expected: "a slot that nobody reads",
    found: "an active one",
    hint: "stop the other consumer of this name, or wait until the server has noticed that it ended, and open the feed again",
    cause,
  });
}
