import { streamError } from "../task/stream-error.ts";
import type { ClaimedWork, FinishOutcome } from "./work-store.ts";

/** Claims that ended before their runs did: somebody else has the items now. Thrown in a transaction, it takes back what was written. */
export class LostClaims extends Error {
  readonly items: readonly ClaimedWork[];

  constructor(items: readonly ClaimedWork[]) {
    const [{ handler, key } = { handler: "", key: "" }] = items;
    const cause = streamError("leaseLost", `the lease of work "${handler}" on ${JSON.stringify(key)} has ended`, {
      hint: "nothing is lost: another worker does the same work; raise the lease if runs take longer",
    });
    super(cause.message, { cause });
    this.items = items;
  }
}

/** @throws LostClaims when one of the items is somebody else's */
export function requireHeld(items: readonly ClaimedWork[], outcomes: readonly FinishOutcome[]): void {
  const lost = items.filter((_, index) => outcomes[index] === "lost");
  if (lost.length > 0) throw new LostClaims(lost);
}
