export interface RecorderBounds {
  /** Runs of one stratum in one file. */
  readonly perStratumMax: number;
  /** Entries and raw bytes of one file; it is written when either is reached. */
  readonly entriesMax: number;
  readonly bytesMax: number;
  /** Runs that may wait to be made. */
  readonly waitingMax: number;
  /** Pause between two runs that are made. */
  readonly pauseMs: number;
  /** Time after which a file is written. */
  readonly windowMs: number;
  /** Files of the folder; the oldest go first. */
  readonly filesMax: number;
}

/** Five runs a second at most, a file an hour, 64 MiB of memory, a week of files. */
export const RECORDER_BOUNDS: RecorderBounds = {
  perStratumMax: 20,
  entriesMax: 2_000,
  bytesMax: 64 * 2 ** 20,
  waitingMax: 32,
  pauseMs: 200,
  windowMs: 3_600_000,
  filesMax: 168,
};
