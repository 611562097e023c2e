/** Promises of the index: deltas and bases come to the same (hard), and a change costs what it cost (each team's own gate). */
import type { UnionGraph } from "../../compare/union-graph.ts";
import type { IndexingAnswer } from "../../versions/protocol.ts";
import { DEFAULT_GATES } from "../gates/owner-gates.ts";
import type { ReportInput } from "../report-input.ts";
import { afterLoad, total } from "../sections/indexing.ts";
import type { Draft } from "./value-findings.ts";

export function indexingFindings(input: ReportInput): readonly Draft[] {
  return [...divergedFinding(input), ...amplifiedFindings(input)];
}

/** One finding, at the handler that stands first: what the handlers behind it make of its rows differs because of it. */
function divergedFinding({ compared, indexing: { base, head } }: ReportInput): readonly Draft[] {
  const different = head.flatMap((answer) => answer.different);
  const [first] = different;
  if (first === undefined) return [];
  const count = head.reduce((sum, { differentCount }) => sum + differentCount, 0);
  const before = base.reduce((sum, { differentCount }) => sum + differentCount, 0);
  const graph = compared.graphs.find(({ name }) => name === first.handler);
  const at = [first.what, first.path].filter(Boolean).join(", ");
  const others = [...new Set(different.map(({ handler }) => handler))].filter((name) => name !== first.handler);
  return [
    {
      ...ofHandler(graph, first.handler, { owner: first.owner, ofMessages: first.what === "document" }),
      ...{ kind: "documents", severity: "fail" },
      title: `handler "${first.handler}" (${first.owner}) does not converge: for key ${first.key}, ${at}, deltas leave ${first.deltas} and a base holds ${first.base}`,
      entriesAffected: count,
      entriesCompared: head.reduce((sum, each) => sum + each.groupsCompared + each.documentsCompared, 0),
      downstream: others.map((node) => ({
        node,
        owner: different.find(({ handler }) => handler === node)?.owner ?? "",
      })),
      effect: [
        `${count} documents and groups of rows depend on the order in which changes came`,
        ...(before > 0 ? [`${before} do so in the base, too`] : []),
      ],
    },
  ];
}

interface Written {
  readonly changes: number;
  readonly byHandler: ReadonlyMap<string, number>;
}

function amplifiedFindings({ compared, gates, indexing: { base, head } }: ReportInput): readonly Draft[] {
  const [before, now] = [writtenIn(base), writtenIn(head)];
  if (before.changes === 0 || now.changes === 0) return [];
  return [...now.byHandler].flatMap(([handler, count]) => {
    const graph = compared.graphs.find(({ name }) => name === handler);
    const owner = graph?.head.topology.graph.owner ?? "";
    const [left, right] = [(before.byHandler.get(handler) ?? 0) / before.changes, count / now.changes];
    const gate = gates[owner]?.writes ?? DEFAULT_GATES.writes;
    if (right <= left * (1 + gate)) return [];
    const draft: Draft = {
      ...ofHandler(graph, handler, { owner, ofMessages: false }),
      ...{ kind: "documents", severity: "review" },
      title: `handler "${handler}" (${owner}) writes ${shown(left)} → ${shown(right)} rows and messages for a change, budget ${shown(gate * 100)} % more`,
      entriesCompared: now.changes,
      effect: ["every one of them is a commit, a message and a delta on each server"],
    };
    return [draft];
  });
}

/** Rows and messages, by the handler that wrote them. */
function writtenIn(answers: readonly IndexingAnswer[]): Written {
  const costs = answers.flatMap(afterLoad);
  const byHandler = new Map<string, number>();
  for (const { writes, sent } of costs)
    for (const [handler, count] of [...Object.entries(writes), ...Object.entries(sent)])
      byHandler.set(handler, (byHandler.get(handler) ?? 0) + count);
  return { changes: costs.filter(({ runs }) => total(runs) > 0).length, byHandler };
}

/** The node that gives what the handler writes, or what it sends: its rows come first in what it responds with, messages last. */
function ofHandler(
  graph: UnionGraph | undefined,
  handler: string,
  { owner, ofMessages }: { readonly owner: string; readonly ofMessages: boolean },
): Draft {
  const { respond = [], slots = [] } = graph?.head.topology ?? {};
  const producer = slots.find(({ key }) => key === (ofMessages ? respond.at(-1) : respond[0]))?.producer;
  const node = graph?.nodes.find(({ name }) => name === producer);
  return {
    ...{ kind: "documents", severity: "review", title: "", graph: handler, node: node?.name ?? handler },
    ...{ owner: node?.owner ?? owner, place: node?.head?.place ?? null, causes: [] },
    ...{ entriesAffected: 0, entriesCompared: 0, downstream: [], effect: [], fields: [], fieldsMore: 0, examples: [] },
  };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
