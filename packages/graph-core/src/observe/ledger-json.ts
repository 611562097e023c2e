import type { Topology } from "../graph/topology.ts";
import type { Conservation } from "./conservation.ts";
import type { CandidatePath, ReasonLedger } from "./reason-ledger.ts";

export interface LedgerDropJson {
  readonly id: number;
  readonly reason: string;
  readonly threshold: number | string | null;
  readonly value: number | string | null;
}

export interface LedgerStageJson {
  readonly node: string;
  readonly owner: string;
  readonly entered: number;
  readonly kept: number;
  readonly dropped: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** In batch order. */
  readonly drops: readonly LedgerDropJson[];
}

export interface LedgerJson {
  /** In the order the stages ran. */
  readonly stages: readonly LedgerStageJson[];
  readonly entered: number;
  readonly kept: number;
  readonly dropped: number;
  readonly conserved: boolean;
  readonly breaches: readonly {
    readonly kind: Conservation["breaches"][number]["kind"];
    readonly node: string;
    readonly after: string | null;
    readonly ids: readonly number[];
  }[];
}

/** A ledger with names, for recordings, the studio and reports. */
export function ledgerToJson(ledger: ReasonLedger, topology: Topology): LedgerJson {
  const nodeName = (index: number): string => topology.nodes[index]?.name ?? `node ${index}`;
  const { ok, entered, kept, dropped, breaches } = ledger.conserved();
  return {
    stages: ledger.stages.map((stage) => {
      const byReason: Record<string, number> = {};
      for (const { reason } of stage.drops) byReason[reason] = (byReason[reason] ?? 0) + 1;
      return {
        node: nodeName(stage.nodeIndex),
        owner: topology.nodes[stage.nodeIndex]?.owner ?? "",
        entered: stage.batch.size,
        kept: stage.kept.size,
        dropped: stage.droppedRows.length,
        byReason,
        drops: stage.drops.map(({ reason, threshold, value }, at) => ({
          id: stage.batch.ids.at(stage.droppedRows[at] ?? 0),
          reason,
          threshold: threshold ?? null,
          value: value ?? null,
        })),
      };
    }),
    entered,
    kept,
    dropped,
    conserved: ok,
    breaches: breaches.map(({ kind, nodeIndex, afterNodeIndex, ids }) => ({
      kind,
      node: nodeName(nodeIndex),
      after: afterNodeIndex === undefined ? null : nodeName(afterNodeIndex),
      ids,
    })),
  };
}

/** One line that answers "why was this candidate not shown": `dropped by "paceOut" (owner ads-delivery): paced_out, 0.31 against 0.2`. */
export function verdictText(path: CandidatePath, topology: Topology): string {
  const last = path.steps.at(-1);
  if (path.fate === "neverEntered" || last === undefined)
    return `candidate ${path.id} never entered a filter of graph "${topology.graph.name}"`;
  const node = topology.nodes[last.nodeIndex];
  const name = `"${node?.name ?? last.nodeIndex}" (owner ${node?.owner ?? "unknown"})`;
  if (last.fate === "dropped") {
    const { reason, threshold, value } = last.drop;
    const compared =
      value === undefined ? "" : threshold === undefined ? `, ${value}` : `, ${value} against ${threshold}`;
    return `candidate ${path.id} was dropped by ${name}: ${reason}${compared}`;
  }
  return path.fate === "lost"
    ? `candidate ${path.id} was lost after ${name}, without a reason`
    : `candidate ${path.id} was kept by every filter, last by ${name}`;
}
