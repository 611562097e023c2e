import {
  type AnySlot,
  CandidateBatch,
  type SlotKey,
  type Topology,
  type TopologyNode,
  type TraceRecord,
  topologyHash,
  traceToJson,
} from "@tenon/graph-core";
import { NODE_VALUES_FORMAT, type NodeValues, type SlotView } from "../node-values.ts";
import { arePersonal, marksOf } from "./marks.ts";
import { personalSlots } from "./personal-slots.ts";
import { kindOf, previewOf } from "./preview.ts";
import { ownOf, type Rows, tableOf } from "./value-table.ts";

/** A run that was repeated, with every value. Nothing of it may be shown as it is. */
export interface RepeatedRun {
  readonly topology: Topology;
  /** The declared slot behind a key. */
  readonly slotOf: (key: SlotKey) => AnySlot | undefined;
  /** By slot key; slots that stayed absent are not among them. */
  readonly values: ReadonlyMap<SlotKey, { readonly value: unknown }>;
  readonly trace: TraceRecord;
  readonly failureCode: string | null;
}

/** What a node read and wrote, bounded, and without personal data. The node is one of the graph's. */
export function nodeValues(run: RepeatedRun, node: TopologyNode, adId?: number): NodeValues {
  const { requestId, slots } = traceToJson(run.trace, run.topology);
  const traced = new Map(slots.map((slot) => [slot.key, slot]));
  const hidden = personalSlots(run.topology);
  const view = (as: SlotView["as"]) => (key: SlotKey) => {
    const { producer = null, outcome = "notRun", absent = true } = traced.get(key) ?? {};
    const source = { key, as, writer: producer, outcome };
    const held = run.values.get(key);
    if (absent || held === undefined) return { ...source, ...ABSENT, personal: hidden.has(key) };
    const fallback = outcome !== "ok" && outcome !== "given";
    return { ...source, fallback, absent: false, ...shown(run, key, held.value, hidden.has(key), adId) };
  };
  return {
    ...{ format: NODE_VALUES_FORMAT, requestId, node: node.name, plan: topologyHash(run.topology) },
    ...{ adId: adId ?? null, failureCode: run.failureCode, none: null },
    slots: [...node.reads.map(view("reads")), ...node.soft.map(view("soft")), ...node.writes.map(view("writes"))],
  };
}

const NOTHING = { preview: null, table: null, ad: null } as const;
const ABSENT = { ...NOTHING, fallback: false, absent: true, kind: null, size: null } as const;

function shown(run: RepeatedRun, key: SlotKey, value: unknown, personal: boolean, adId: number | undefined) {
  const token = run.slotOf(key);
  const marks = marksOf(token?.schema);
  // A slot without its schema says nothing about what is personal in it.
  if (personal || marks.length === 0 || arePersonal(marks)) return { ...kindOf(value), ...NOTHING, personal: true };
  const rows = rowsBeside(run, key);
  const table = tableOf(value, rows, adId) ?? null;
  return {
    ...kindOf(value),
    ...{ personal, table },
    preview: table === null ? previewOf(value, marks) : null,
    ad: adId === undefined ? null : ownOf(value, marks, rows, adId),
  };
}

/** The batch that the slot's writer adds columns to. */
function rowsBeside({ topology, values }: RepeatedRun, key: SlotKey): Rows {
  const producer = topology.slots.find((slot) => slot.key === key)?.producer;
  const of = topology.nodes.find(({ name }) => name === producer)?.of;
  const batch = of == null ? undefined : values.get(of)?.value;
  return batch instanceof CandidateBatch ? batch : undefined;
}
