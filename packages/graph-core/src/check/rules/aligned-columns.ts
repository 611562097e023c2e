import type { AnySlot } from "../../contract/slot.ts";
import type { WiredNode, Wiring } from "../../graph/wiring.ts";
import { batchesRead, batchLineage } from "../batch-lineage.ts";
import { type Finding, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { batchesOfColumns } from "../slot-facts.ts";

/**
 * A column belongs to the rows of one batch. A map writes columns of the batch it maps; a node that reads a column reads
 * it beside that batch, or beside one filtered from it, to which it can be aligned.
 */
export const alignedColumns: Rule = {
  name: "aligned-columns",
  code: "TENON1022",
  *check(wiring) {
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      if (node.definition.kind === "map") yield* mapWrites(node);
      yield* columnReads(wiring, node);
    }
  },
};

function* mapWrites(node: WiredNode): Iterable<Finding> {
  const { of, writes } = node.definition;
  for (const token of writes) {
    const aligned = batchesOfColumns(token).find((batch) => batch.name !== of?.name);
    if (of === undefined || aligned === undefined) continue;
    yield {
      severity: "error",
      message: `map ${nodeText(node)} writes ${slotText(token)} for the rows of ${slotText(of)}, but that column belongs to ${slotText(aligned)}`,
      primary: nodeParty(node, `maps "${of.name}"`),
      secondary: [
        slotParty(token, `a column of "${aligned.name}"`),
        slotParty(of, "has other rows"),
        slotParty(aligned),
      ],
      detail: { expected: `a column of "${of.name}"`, found: `a column of "${aligned.name}"` },
      hint: `map "${aligned.name}" instead, or declare the column with { of } of "${of.name}"`,
    };
  }
}

function* columnReads(wiring: Wiring, node: WiredNode): Iterable<Finding> {
  const columns = [...node.definition.reads, ...node.definition.soft].flatMap((token) =>
    batchesOfColumns(token).map((of) => ({ token, of })),
  );
  const [first] = columns;
  if (first === undefined) return;
  const batches = batchesRead(node);
  const { descends } = batchLineage(wiring);
  for (const { token, of } of columns) {
    // Without a batch there are only the columns: they then belong to one batch.
    const beside = batches.length > 0 ? batches : [first.of];
    const fits = (batch: AnySlot): boolean =>
      batches.length > 0 ? descends(batch.name, of.name) : batch.name === of.name;
    if (beside.some(fits)) continue;
    const other = beside[0] as AnySlot;
    yield {
      severity: "error",
      message: `${nodeText(node)} reads ${slotText(token)}, a column of ${slotText(of)}, beside ${slotText(other)}, whose rows are others`,
      primary: nodeParty(node, `reads "${token.name}" beside "${other.name}"`),
      secondary: [
        slotParty(token, `a column of "${of.name}"`),
        slotParty(of, "has its rows"),
        slotParty(other, "has other rows"),
      ],
      detail: { expected: `"${of.name}", or a batch filtered from it`, found: `"${other.name}"` },
      hint: `read "${of.name}", or a batch filtered from it, beside the column and align it with batch.align`,
    };
  }
}
