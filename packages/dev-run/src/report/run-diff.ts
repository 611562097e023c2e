/** One recorded run in two versions, node by node: what a finding's command shows. */
import { compareWith } from "../compare/compared.ts";
import { type FieldDiff, fieldDiffs } from "../compare/field-diffs.ts";
import { rulesOf } from "../compare/field-rules.ts";
import { type RunVersionOptions, runBase } from "../compare/ran-base.ts";
import { valuesOfBoth } from "../compare/values-of-both.ts";
import { reportError } from "../report-error.ts";
import type { VersionFolder } from "../versions/version-process.ts";

export interface RunDiff {
  readonly requestId: string;
  readonly graph: string;
  /** In the order of the graph. */
  readonly nodes: readonly {
    readonly node: string;
    readonly owner: string;
    /** It gives something else although everything it reads is the same. */
    readonly root: boolean;
    readonly fields: readonly FieldDiff[];
  }[];
  /** Reads of the head that the recording does not hold. */
  readonly misses: readonly string[];
  readonly failure: string | null;
}

/** @throws GraphError TENON2036 where no corpus holds the run; TENON2032 to TENON2035 where a version cannot be run */
export async function diffRun(
  versions: { readonly base: VersionFolder; readonly head: VersionFolder },
  options: RunVersionOptions & { readonly requestId: string },
): Promise<readonly RunDiff[]> {
  const base = await runBase(versions.base, options);
  try {
    const compared = await compareWith(base, versions.head, options);
    try {
      if (compared.entries.length === 0) throw noRun(options);
      const diffs: RunDiff[] = [];
      for (const entry of compared.entries) {
        const graph = compared.graphs.find(({ name }) => name === entry.graph);
        if (graph === undefined) continue;
        const changed = new Set([...entry.divergence.values()].flatMap(({ slots }) => slots));
        const [values] = await valuesOfBoth(compared, [entry], [...changed]);
        const rules = rulesOf(graph);
        const fieldsOf = (slot: string) =>
          fieldDiffs(
            slot,
            [{ requestId: entry.requestId, base: values?.base.values[slot], head: values?.head.values[slot] }],
            rules.get(slot),
          );
        const nodes = new Set([...entry.divergence.values()].flatMap((effect) => effect.nodes));
        diffs.push({
          requestId: entry.requestId,
          graph: entry.graph,
          nodes: graph.nodes
            .filter(({ name }) => nodes.has(name))
            .map(({ name, owner, writes }) => ({
              ...{ node: name, owner, root: entry.divergence.has(name) },
              fields: writes.filter((slot) => changed.has(slot)).flatMap(fieldsOf),
            })),
          misses: entry.head.misses.map(({ message }) => message),
          failure: entry.head.failure?.message ?? null,
        });
      }
      return diffs;
    } finally {
      compared.headVersion.end();
    }
  } finally {
    base.version.end();
  }
}

function noRun({ requestId, corpora }: RunVersionOptions): Error {
  return reportError("noCorpus", {
    message: `no corpus holds run "${requestId}"`,
    detail: `looked in ${corpora.join(", ")}`,
    hint: "name the corpus of the report with --corpus FILE",
  });
}
