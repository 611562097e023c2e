/**
 * A rule of the store that a test may have it break, to show that breaking it is noticed. Never in a program.
 *
 * `noFence`: a batch is committed whoever owns the partition. `offsetFirst`: the offset is committed before what it stands for.
 */
export type StoreMutant = "noFence" | "offsetFirst";
