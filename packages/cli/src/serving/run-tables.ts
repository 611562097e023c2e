/** What happened inside a run, for people: the ledger by stage, the times by node. */
import type { LedgerJson, TraceJson } from "@tenon/graph-core";
import type { Colors } from "../output/colors.ts";
import { tableLines } from "../output/table.ts";

const REASONS_SHOWN_MAX = 4;
const MS_DIGITS = 2;

/** `760 candidates entered, 8 kept, 752 dropped: l1_trimmed 260, …`. */
export function ledgerSummary({ stages, entered, kept, dropped, conserved }: LedgerJson): string {
  const totals = new Map<string, number>();
  for (const { byReason } of stages) {
    for (const [reason, count] of Object.entries(byReason)) totals.set(reason, (totals.get(reason) ?? 0) + count);
  }
  const law = conserved ? "" : "; candidates were lost without a reason, which is a mistake of ours";
  return `${entered} candidates entered, ${kept} kept, ${dropped} dropped: ${reasonsText(Object.fromEntries(totals))}${law}`;
}

/** One line per filter, in the order they ran. */
export function ledgerLines({ stages }: LedgerJson, { dim }: Colors): readonly string[] {
  const columns = [
    { title: "stage" },
    { title: "owner" },
    { title: "entered", align: "right" as const },
    { title: "kept", align: "right" as const },
    { title: "dropped", align: "right" as const },
    { title: "reasons" },
  ];
  const rows = stages.map(({ node, owner, entered, kept, dropped, byReason }) => [
    node,
    owner,
    String(entered),
    String(kept),
    String(dropped),
    dropped === 0 ? "" : reasonsText(byReason),
  ]);
  return tableLines(columns, rows, { indent: "  ", head: dim });
}

function reasonsText(byReason: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(byReason).sort(([one, many], [other, few]) => few - many || (one < other ? -1 : 1));
  const shown = reasons.slice(0, REASONS_SHOWN_MAX).map(([reason, count]) => `${reason} ${count}`);
  const hidden = reasons.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].join(", ") || "none";
}

/** Every node that ran, in graph order; `*` marks those that decided when the run ended. */
export function timingLines({ nodes }: TraceJson, { dim }: Colors): readonly string[] {
  const columns = [
    { title: "" },
    { title: "node" },
    { title: "owner" },
    { title: "outcome" },
    { title: "start ms", align: "right" as const },
    { title: "took ms", align: "right" as const },
    { title: "out", align: "right" as const },
  ];
  const rows = nodes.map((node) => [
    node.critical ? "*" : "",
    node.name,
    node.owner,
    node.outcome,
    node.startMs.toFixed(MS_DIGITS),
    node.durationMs.toFixed(MS_DIGITS),
    node.sizeOut === null ? "" : String(node.sizeOut),
  ]);
  return tableLines(columns, rows, { indent: "  ", head: dim });
}

/** `42 nodes in 31.2 ms; longest: rankLight 9.1 ms, …`. */
export function timingSummary({ nodes, durationMs }: TraceJson): string {
  const ran = nodes.filter(({ outcome }) => outcome !== "skipped");
  const longest = ran.toSorted((one, other) => other.durationMs - one.durationMs).slice(0, 3);
  const named = longest.map(({ name, durationMs: ms }) => `${name} ${ms.toFixed(MS_DIGITS)} ms`);
  return `${ran.length} nodes in ${durationMs.toFixed(MS_DIGITS)} ms; longest: ${named.join(", ")}`;
}
