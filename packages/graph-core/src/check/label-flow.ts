/**
 * How labels travel: whatever a node writes may hold what it read, so its slots carry the labels of all its inputs and
 * resources, minus what it declassifies. Labels of a slot's own tags start at that slot.
 *
 * L1 `pii` is carried or not. A restriction to purposes is a set; two restrictions meet in their common purposes.
 * L2 Declassifying removes the labels listed; a value without purpose labels left is unrestricted.
 * L3 A node that breaks a restriction is reported, and what it writes counts as unrestricted: one mistake, one finding.
 * L4 Conditions (`when`) carry no labels: whether a node ran is not the value that decided it.
 */
import type { AnyResource } from "../contract/resource.ts";
import type { AnySlot, Purpose } from "../contract/slot.ts";
import type { SlotKey, WiredNode, Wiring } from "../graph/wiring.ts";
import { nodesInOrder } from "./wiring-facts.ts";

/** Where a label began. */
export type LabelSource =
  | { readonly kind: "slot"; readonly token: AnySlot }
  | { readonly kind: "resource"; readonly token: AnyResource };

/** A label as it arrives at a slot: its source, and the step it took last. */
export interface Carried {
  readonly source: LabelSource;
  /** The node that passed it on, and what it read; `undefined` where it began. */
  readonly through: { readonly node: WiredNode; readonly from: Carried } | undefined;
}

export interface Restriction extends Carried {
  /** Purposes allowed; empty when restrictions have nothing in common. */
  readonly allowed: ReadonlySet<Purpose>;
}

export interface Labels {
  readonly pii: Carried | undefined;
  readonly restriction: Restriction | undefined;
}

export interface BrokenRestriction {
  readonly node: WiredNode;
  readonly restriction: Restriction;
  readonly purpose: Purpose | undefined;
}

export interface LabelFlow {
  /** Labels of a slot from its producer alone, without its own tags. */
  readonly arriving: (key: SlotKey) => Labels;
  readonly broken: readonly BrokenRestriction[];
}

const NONE: Labels = { pii: undefined, restriction: undefined };
const known = new WeakMap<Wiring, LabelFlow>();

export function labelFlow(wiring: Wiring): LabelFlow {
  let flow = known.get(wiring);
  if (flow === undefined) {
    flow = follow(wiring);
    known.set(wiring, flow);
  }
  return flow;
}

function follow(wiring: Wiring): LabelFlow {
  const arriving = new Map<SlotKey, Labels>();
  const broken: BrokenRestriction[] = [];
  const labelsOf = (key: SlotKey): Labels => {
    const token = wiring.slots.get(key)?.tokens[0];
    return join(arriving.get(key) ?? NONE, token === undefined ? NONE : ownLabels(token));
  };
  // Shadows write nothing, but they process: they come last, when every slot has its labels.
  for (const node of [...nodesInOrder(wiring), ...wiring.shadows]) {
    const read = [...node.reads, ...node.soft].map(labelsOf);
    const used = node.definition.uses.map(resourceLabels);
    let { pii, restriction } = [...read, ...used].reduce(join, NONE);
    if (restriction !== undefined && !mayProcess(node, restriction)) {
      broken.push({ node, restriction, purpose: node.definition.processesFor });
      restriction = undefined;
    }
    const removed = new Set<string>(node.definition.declassifies?.labels ?? []);
    if (removed.has("pii")) pii = undefined;
    const labels: Labels = { pii: step(pii, node), restriction: stepRestriction(restriction, node, removed) };
    if (node.shadowOf !== undefined || (labels.pii === undefined && labels.restriction === undefined)) continue;
    for (const key of node.writes) arriving.set(key, join(arriving.get(key) ?? NONE, labels));
  }
  return { arriving: (key) => arriving.get(key) ?? NONE, broken };
}

function mayProcess(node: WiredNode, restriction: Restriction): boolean {
  const purpose = node.definition.processesFor;
  return purpose !== undefined && restriction.allowed.has(purpose);
}

/** The labels that a slot's tags give it. */
export function ownLabels(token: AnySlot): Labels {
  return labels({ kind: "slot", token }, token.tags.pii === true, token.tags.purpose);
}

function resourceLabels(token: AnyResource): Labels {
  return labels({ kind: "resource", token }, token.pii, token.restrictedTo);
}

function labels(source: LabelSource, pii: boolean, purposes: readonly Purpose[] | undefined): Labels {
  if (!pii && purposes === undefined) return NONE;
  const carried: Carried = { source, through: undefined };
  return {
    pii: pii ? carried : undefined,
    restriction: purposes === undefined ? undefined : { ...carried, allowed: new Set(purposes) },
  };
}

function join(one: Labels, other: Labels): Labels {
  if (other === NONE) return one;
  if (one === NONE) return other;
  return { pii: one.pii ?? other.pii, restriction: meet(one.restriction, other.restriction) };
}

function meet(one: Restriction | undefined, other: Restriction | undefined): Restriction | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const allowed = one.allowed.intersection(other.allowed);
  // The narrower one says where the restriction comes from.
  const stricter = other.allowed.size < one.allowed.size ? other : one;
  return allowed.size === stricter.allowed.size ? stricter : { ...stricter, allowed };
}

function step(carried: Carried | undefined, node: WiredNode): Carried | undefined {
  return carried === undefined ? undefined : { source: carried.source, through: { node, from: carried } };
}

function stepRestriction(
  restriction: Restriction | undefined,
  node: WiredNode,
  removed: ReadonlySet<string>,
): Restriction | undefined {
  if (restriction === undefined) return undefined;
  const allowed = new Set([...restriction.allowed].filter((purpose) => !removed.has(purpose)));
  if (allowed.size === 0 && restriction.allowed.size > 0) return undefined;
  return { source: restriction.source, through: { node, from: restriction }, allowed };
}

/** Nodes on a label's way that a message names at most; the way is as long as the graph is deep. */
const STEPS_NAMED_MAX = 12;

/** The nodes a label came through, the last one first, at most {@link STEPS_NAMED_MAX}. */
export function wayOf(carried: Carried): readonly WiredNode[] {
  const way: WiredNode[] = [];
  for (let at: Carried = carried; at.through !== undefined && way.length < STEPS_NAMED_MAX; at = at.through.from) {
    way.push(at.through.node);
  }
  return way;
}
