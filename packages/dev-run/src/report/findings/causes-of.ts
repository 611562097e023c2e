/** Why a node gives something else: what of it changed between the versions. */
import type { UnionNode } from "../../compare/union-graph.ts";
import type { ReportInput } from "../report-input.ts";
import type { Cause } from "../report-schema.ts";

const FILES_SHOWN = 3;

/** In the order in which they are likely to be the reason. Empty where nothing of the node itself changed. */
export function causesOf({ code, changes }: ReportInput, graph: string, node: UnionNode): readonly Cause[] {
  const causes: Cause[] = [];
  const ofGraph = changes.find((each) => each.graph === graph);
  const contract = ofGraph?.nodes.find((each) => each.node === node.name);
  if (contract !== undefined) {
    const detail =
      contract.change === "changed" ? `${contract.fields.join(", ")} changed` : `the node was ${contract.change}`;
    causes.push({ kind: "contract", detail });
  }
  for (const { slot, producer, change } of ofGraph?.slots ?? []) {
    if (producer === node.name && contract?.change !== "added" && contract?.change !== "removed") {
      causes.push({
        kind: "contract",
        detail: change === "schema" ? `schema of slot ${slot} changed` : `slot ${slot} ${change}`,
      });
    }
  }
  for (const { resource, kind, base, head, unversioned, readers } of ofGraph?.pinned ?? []) {
    if (!readers.includes(node.name)) continue;
    const note = unversioned ? ", and its version was not raised" : "";
    causes.push({ kind, detail: `${resource}: ${base} → ${head}${note}` });
  }
  const isInBoth = node.base !== undefined && node.head !== undefined;
  const files = isInBoth ? code.ofNode(node) : [];
  if (files.length > 0) causes.push({ kind: "code", detail: listed(files) });
  return causes;
}

/** For a node that changed although nothing of it did: what else was changed in the packages. */
export function otherwise({ code }: ReportInput): Cause {
  const { files } = code;
  if (files.length === 0) return { kind: "unexplained", detail: "no source of either version differs" };
  return { kind: "code", detail: `outside its own sources: ${listed(files)}` };
}

function listed(files: readonly string[]): string {
  const shown = files.slice(0, FILES_SHOWN).join(", ");
  return files.length > FILES_SHOWN ? `${shown} and ${files.length - FILES_SHOWN} more` : shown;
}
