import { type ReasonLedger, type Topology, verdictText } from "@tenon/graph-core";

/** What became of one ad in one run. */
export interface AdVerdict {
  readonly adId: number;
  /** `kept` is shown: no filter dropped it, to the end. */
  readonly fate: "kept" | "dropped" | "lost" | "neverEntered";
  /** The node that dropped it. */
  readonly node: string | undefined;
  readonly owner: string | undefined;
  readonly reason: string | undefined;
  readonly threshold: number | string | undefined;
  readonly value: number | string | undefined;
  /** One sentence. */
  readonly sentence: string;
}

export function adVerdict(ledger: ReasonLedger, topology: Topology, adId: number): AdVerdict {
  const path = ledger.explain(adId);
  const last = path.steps.find((step) => step.fate === "dropped");
  const node = last && topology.nodes[last.nodeIndex];
  const drop = last?.fate === "dropped" ? last.drop : undefined;
  return {
    adId,
    fate: path.fate,
    node: node?.name,
    owner: node?.owner,
    reason: drop?.reason,
    threshold: drop?.threshold,
    value: drop?.value,
    sentence: verdictText(path, topology),
  };
}
