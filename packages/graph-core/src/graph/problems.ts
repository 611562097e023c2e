import type { Part } from "../contract/node.ts";

/**
 * What the editor shows when a graph literal is wired wrongly. On the good path only unions of slot names are compared;
 * per-node types are computed once something is wrong. Budget: ≤ 350 k instantiations at 300 nodes, ≤ 900 k at 1,000
 * (docs/design/0002-type-budget.md), held by a test.
 */
export type PartMap = Readonly<Record<string, Part>>;

type ReadsOf<P extends Part> = P["names"]["reads" | "soft"];
type WritesOf<P extends Part> = P["names"]["writes"];
export type UsesNamesOf<P extends Part> = P["names"]["uses"];

/** slot name → names of the nodes that write it: a union where two nodes write one slot. */
type Writers<Nodes extends PartMap> = { [Name in keyof Nodes & string as WritesOf<Nodes[Name]>]: Name };
type IsUnion<Name, Whole = Name> = Name extends unknown ? ([Whole] extends [Name] ? false : true) : never;
type DoubleWritten<WritersOf> = {
  [Name in keyof WritersOf]: true extends IsUnion<WritersOf[Name]> ? Name : never;
}[keyof WritersOf];

type MissingText<SlotName> = SlotName extends string ? `no node writes slot '${SlotName}'` : never;
type RequestText<SlotName> = SlotName extends string
  ? `slot '${SlotName}' is a request slot: no node may write it`
  : never;
type TwiceText<SlotName, WritersOf, Self> = SlotName extends keyof WritersOf & string
  ? `slot '${SlotName}' is also written by node '${Exclude<WritersOf[SlotName], Self> & string}'`
  : never;

type NodeProblem<P extends Part, Self, Requested, WritersOf, Doubled> =
  | MissingText<Exclude<ReadsOf<P>, Requested | keyof WritersOf>>
  | TwiceText<Extract<WritesOf<P>, Doubled>, WritersOf, Self>
  | RequestText<Extract<WritesOf<P>, Requested>>;

/** Node name → what is wrong with it, for the nodes that are wrong. */
type NodeProblems<Requested, Nodes extends PartMap, WritersOf, Doubled> = {
  readonly [Name in keyof Nodes as [NodeProblem<Nodes[Name], Name, Requested, WritersOf, Doubled>] extends [never]
    ? never
    : Name]: NodeProblem<Nodes[Name], Name, Requested, WritersOf, Doubled>;
};

/** `unknown` for a well-wired graph; otherwise properties whose types are sentences about the faulty places. */
export type WiringProblems<
  Requested extends string,
  Nodes extends PartMap,
  Responded extends string,
  RespondKey extends string,
  WritersOf = Writers<Nodes>,
  Doubled = DoubleWritten<WritersOf>,
> = ([
  Exclude<ReadsOf<Nodes[keyof Nodes]>, Requested | keyof WritersOf> | Doubled | Extract<keyof WritersOf, Requested>,
] extends [never]
  ? unknown
  : { readonly nodes: NodeProblems<Requested, Nodes, WritersOf, Doubled> }) &
  ([Exclude<Responded, Requested | keyof WritersOf>] extends [never]
    ? unknown
    : { readonly [Key in RespondKey]: MissingText<Exclude<Responded, Requested | keyof WritersOf>> });
