/** What was learned about a segment: how far its lists reach for the wanted recall, and what share of it that reads. */
export interface Band {
  /** Least share of rows with a vector that match. */
  readonly selectivityMin: number;
  /** See rule A2. */
  readonly reach: number;
  /** Mean shares of lists probed and of matching rows read, at this reach. */
  readonly listShare: number;
  readonly rowShare: number;
}

export interface Calibration {
  /** From the widest filters to the narrowest. */
  readonly bands: readonly Band[];
  /** For filters below the last band. */
  readonly narrowest: Band;
}

/** Before anything was learned: every list reaches everything, so that `ivf` is exact. */
export const UNCALIBRATED: Calibration = {
  bands: [],
  narrowest: { selectivityMin: 0, reach: Number.MAX_VALUE, listShare: 1, rowShare: 1 },
};
