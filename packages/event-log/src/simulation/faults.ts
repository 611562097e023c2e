/** What may go wrong, as probabilities and bounds; all of it inside the contract (L1 to L4). The default is nothing. */
export interface SimulatedFaults {
  /** Records become durable and visible up to this long after they are appended, per partition; ms. Reorders partitions. */
  readonly appendDelayMsMax: number;
  /** Of an append: rejected with an unknown outcome, some first records of each partition written. Callers append again. */
  readonly appendFailure: number;
  /** Of a record: the offset before it stays empty. */
  readonly gap: number;
  /** Of a pull: it brings fewer records than there are. */
  readonly shortPull: number;
  /** Time between chances to lose partitions, ms; 0 never. */
  readonly lossEveryMs: number;
  /** Of a member at such a chance: all its partitions are given away without warning. */
  readonly loss: number;
  /** A member learns of its loss up to this long after; ms. Until then it is a zombie that still reads. */
  readonly lossNoticeMsMax: number;
}

export const NO_FAULTS: SimulatedFaults = {
  appendDelayMsMax: 0,
  appendFailure: 0,
  gap: 0,
  shortPull: 0,
  lossEveryMs: 0,
  loss: 0,
  lossNoticeMsMax: 0,
};
