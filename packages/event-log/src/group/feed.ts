import type { LogRecord, PullOptions } from "../api/event-log.ts";
import { badOption } from "../errors.ts";

/** One partition being read: gives records in offset order from where it stands. */
export interface Feed {
  pull(options: PullOptions): Promise<readonly LogRecord[]>;
  seek(offset: number): void;
  /** From now on every pull, waiting ones included, is rejected with the error that this makes. */
  end(error: () => Error): void;
}

/** Longest wait of one pull, ms: a bound that a forgotten signal cannot outlive for long. */
export const WAIT_MS_MAX = 3_600_000;

/** @throws GraphError TENON1561 */
export function checkPull({ recordsMax, bytesMax, waitMs }: PullOptions): void {
  if (!Number.isSafeInteger(recordsMax) || recordsMax < 1)
    throw badOption("recordsMax", "an integer from 1", recordsMax);
  if (!(bytesMax >= 1)) throw badOption("bytesMax", "1 or more", bytesMax);
  if (!(waitMs >= 0 && waitMs <= WAIT_MS_MAX)) throw badOption("waitMs", `0 to ${WAIT_MS_MAX} ms`, waitMs);
}

/** @throws GraphError TENON1561 */
export function checkOffset(offset: number): number {
  if (Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw badOption("an offset", "an integer from 0", offset);
}
