/**
 * The teams that may own slots, nodes, graphs and resources.
 *
 * A project that keeps an owners file augments this interface once, and from then on an unknown team is a type error:
 *
 * ```ts
 * declare module "@tenon/graph-core" {
 *   interface Owners { "ads-ranking": true; "ads-serving": true }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: the interface exists to be augmented
export interface Owners {}

/** A team name: any string until {@link Owners} is augmented, then only the teams listed there. */
export type OwnerName = [keyof Owners] extends [never] ? string : keyof Owners & string;
