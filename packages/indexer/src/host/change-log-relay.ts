/**
 * From the ads database's change log to the topic of source changes.
 *
 * R1 A position is acknowledged to the database when its changes are in the log: at least once, never lost.
 * R2 One process reads the change log; the others look whether it still does. The database itself lets one reader in.
 */
import { type ChangePiece, deltaPosition, openChangeLog, type RowDelta } from "@tenon/ads-database";
import type { EventLog, NewRecord } from "@tenon/event-log/api";
import { GraphError, type HostClock, pause } from "@tenon/graph-core";
import { SourceChanges } from "@tenon/nodes";
import { Pace, type PaceOptions } from "@tenon/stream-runtime";

export interface ChangeLogRelayOptions {
  readonly url: string;
  readonly slot: string;
  readonly log: EventLog;
  readonly clock: HostClock;
  /** A table was emptied at once: which rows are gone, only a comparison tells. */
  readonly onTruncate: (table: string) => Promise<void>;
  readonly onTrouble: (what: string, error: Error) => void;
  readonly onFatal: (what: string, error: Error) => void;
}

const WAIT_MS = 500;
/** Of pulls: the commits between two share an append, and the stages behind a batch. Each append is the beginning of work for all of them. */
const PACE: PaceOptions = { everyMs: 30, workShare: 1 / 8, beatsMax: 4 };
/** Between two acknowledgements while changes come without a break: each is a commit in the ads database. */
const ACKNOWLEDGE_MS = 200;
const STAND_BY_MS = 1_000;
const TROUBLE_MS = 1_000;
const PIECES_MAX = 50;
/** Somebody else reads the change log. */
const BUSY = "TENON1575";
/** What no further attempt mends: a slot, history or publication that cannot go on without losing changes. */
const REFUSALS: ReadonlySet<string> = new Set(["TENON1570", "TENON1571", "TENON1572", "TENON1573"]);

export class ChangeLogRelay {
  readonly #options: ChangeLogRelayOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isReading = false;
  #changes = 0;
  #lastCommitMs = 0;

  constructor(options: ChangeLogRelayOptions) {
    this.#options = options;
  }

  /** Whether this process reads; the others stand by. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Changes that the log has taken from this process. */
  get changes(): number {
    return this.#changes;
  }

  /** When the newest change committed that is in the log; 0 before the first. */
  get lastCommitMs(): number {
    return this.#lastCommitMs;
  }

  start(): void {
    this.#running = this.#untilStopped();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #untilStopped(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#read(signal);
      } catch (error) {
        const code = error instanceof GraphError ? error.code : "";
        if (REFUSALS.has(code)) return this.#options.onFatal("change log of the ads database", error as Error);
        if (code !== BUSY) this.#options.onTrouble("change log of the ads database", error as Error);
        await pause(this.#options.clock, code === BUSY ? STAND_BY_MS : TROUBLE_MS, signal);
      } finally {
        this.#isReading = false;
      }
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { url, slot, log, clock } = this.#options;
    const changeLog = await openChangeLog({ url, slot });
    this.#isReading = true;
    const pace = new Pace(clock, PACE);
    let acknowledgedMs = clock.monotonicMs();
    /** What the log has and the ads database need not keep, until that is said. */
    let stored: bigint | undefined;
    const acknowledge = async () => {
      if (stored !== undefined) await changeLog.acknowledge(stored);
      stored = undefined;
      acknowledgedMs = clock.monotonicMs();
    };
    try {
      while (!signal.aborted) {
        await pace.next(signal);
        const waitMs = stored === undefined ? WAIT_MS : 0;
        const pieces = await changeLog.pull({ piecesMax: PIECES_MAX, waitMs, signal });
        const pulledMs = clock.monotonicMs();
        const last = pieces.at(-1);
        if (last === undefined) {
          await acknowledge();
          continue;
        }
        const records = pieces.flatMap(recordsOf);
        if (records.length > 0) await log.append(records);
        for (const table of truncatedIn(pieces)) await this.#options.onTruncate(table);
        stored = last.position;
        if (clock.monotonicMs() - acknowledgedMs >= ACKNOWLEDGE_MS) await acknowledge();
        pace.worked(clock.monotonicMs() - pulledMs);
        this.#changes += records.length;
        this.#lastCommitMs = last.committedAtMs;
      }
    } finally {
      await changeLog.close();
    }
  }
}

/** In the order of writing. The id is the same when a piece comes again. */
function recordsOf(piece: ChangePiece): readonly NewRecord[] {
  return piece.deltas.flatMap((delta, index) => {
    if (delta.operation === "truncate") return [];
    const { table, key, operation } = delta;
    const position = deltaPosition(piece, index);
    const value = { table, key, operation, committedAtMs: piece.committedAtMs, position };
    const headers = { "tenon-id": position };
    return [SourceChanges.record({ key: `${table}:${key}`, timeMs: piece.committedAtMs, value, headers })];
  });
}

function truncatedIn(pieces: readonly ChangePiece[]): ReadonlySet<string> {
  const isTruncate = ({ operation }: RowDelta) => operation === "truncate";
  return new Set(pieces.flatMap(({ deltas }) => deltas.filter(isTruncate).map(({ table }) => table)));
}
