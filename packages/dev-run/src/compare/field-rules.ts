/** How fields are compared: as their schemas say, and within that as the team says that owns the slot. */
import type { SlotKey } from "@tenon/graph-core";
import { reportError } from "../report-error.ts";
import type { FieldRule, Tolerance } from "../versions/protocol.ts";
import type { UnionGraph } from "./union-graph.ts";

/** Owner → field, as `slot` or `slot.path` → largest difference that counts as none. */
export type OwnTolerances = Readonly<Record<string, Readonly<Record<string, Tolerance>>>>;

/** Amounts of money are whole numbers, and ids name things: neither is ever nearly the same. */
const EXACT = /(Micros|Id|Ids)(\[\])?$/;

/** Slot → rules, the head's before the base's, a team's own before both. */
export function rulesOf(graph: UnionGraph): ReadonlyMap<SlotKey, readonly FieldRule[]> {
  const rules = new Map<SlotKey, readonly FieldRule[]>([
    ...Object.entries(graph.base.rules),
    ...Object.entries(graph.head.rules),
  ]);
  for (const [slot, own] of graph.ownRules ?? []) rules.set(slot, [...own, ...(rules.get(slot) ?? [])]);
  return rules;
}

/**
 * The graphs with the tolerances of the teams.
 *
 * @throws GraphError TENON2037 for a field of another team's slot, or of none, and for money and ids
 */
export function withTolerances(graphs: readonly UnionGraph[], tolerances: OwnTolerances = {}): readonly UnionGraph[] {
  const asked = Object.entries(tolerances).flatMap(([owner, fields]) =>
    Object.entries(fields).map(([field, tolerance]) => ({ owner, field, tolerance })),
  );
  for (const { owner, field } of asked) {
    const slots = graphs.flatMap((graph) => slotsOf(graph)).filter(({ key }) => key === slotIn(field));
    // A report over a part of the corpora knows a part of the slots: what is not there is not judged.
    const foreign = slots.find((slot) => slot.owner !== owner);
    if (foreign !== undefined) throw refused(owner, field, `slot "${foreign.key}" belongs to ${foreign.owner}`);
    if (EXACT.test(field) || slots.some(({ unit }) => unit?.includes("micros") === true))
      throw refused(owner, field, "it holds money or ids, which are compared exactly");
  }
  return graphs.map((graph) => {
    const keys = new Set(slotsOf(graph).map(({ key }) => key));
    const own = asked.filter(({ field }) => keys.has(slotIn(field)));
    if (own.length === 0) return graph;
    const bySlot = Map.groupBy(own, ({ field }) => slotIn(field));
    const ownRules = new Map(
      [...bySlot].map(([slot, all]) => [
        slot,
        all.map(({ field, tolerance }) => ({ path: field.slice(slot.length + 1), tolerance })),
      ]),
    );
    return { ...graph, ownRules };
  });
}

function slotsOf({ base, head }: UnionGraph) {
  return [...head.topology.slots, ...base.topology.slots];
}

function slotIn(field: string): string {
  const end = field.search(/[.[]/);
  return end === -1 ? field : field.slice(0, end);
}

function refused(owner: string, field: string, detail: string): Error {
  return reportError("wrongSettings", {
    message: `${owner} may not have a tolerance for "${field}"`,
    detail,
    hint: "take it out of the gates; a field of another team is that team's to loosen, in its schema or its own gates",
  });
}
