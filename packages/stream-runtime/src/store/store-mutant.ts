/**
 * A rule of the store that a test may have it break, to show that breaking it is noticed. Never in a program.
 *
 * `noFence`: a batch is committed whoever owns the partition; ids of messages, which are unique for good, still refuse most of
 * what that lets through. `noFenceNorUnique`: nor do they. `offsetFirst`: the offset is committed before what it stands for.
 */
export type StoreMutant = "noFence" | "noFenceNorUnique" | "offsetFirst";
