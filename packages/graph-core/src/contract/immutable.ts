/** Values that are already immutable, or that guard themselves (columns, batches, snapshots). */
type Leaf = string | number | boolean | bigint | null | undefined | { readonly tenonValue: string };

/**
 * The deep-readonly form of a slot value: every record field and every array element is read-only, at every depth.
 * Columns, candidate batches and feature snapshots guard themselves and pass through.
 */
export type Immutable<T> = T extends Leaf ? T : { readonly [Key in keyof T]: Immutable<T[Key]> };
