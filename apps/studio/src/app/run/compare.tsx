/** This request beside another: which nodes took longer, which kept or dropped more, which ads came and went. */

import { duration } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { Table } from "../shell/table.tsx";
import { go, linkTo } from "../state/route.ts";

interface Props {
  readonly run: RunDocument;
  readonly graph: GraphDocument;
  readonly other: RunDocument | undefined;
  readonly index: IndexDocument;
}

const ROWS_MAX = 24;
/** What a link to the cohorts leaves behind. */
const AWAY = {
  run: undefined,
  ad: undefined,
  node: undefined,
  tab: undefined,
  with: undefined,
  find: undefined,
} as const;

export function Compare({ run, graph, other, index }: Props) {
  const surface = index.runs.find(({ requestId }) => requestId === run.requestId)?.facts.surface;
  const alike = surface == null ? undefined : `surface:${surface}`;
  const others = index.runs.filter(({ requestId }) => requestId !== run.requestId);
  return (
    <div className="inside">
      <h2>Compare with another request</h2>
      <select
        className="field"
        aria-label="The other request"
        value={other?.requestId ?? ""}
        onChange={(event) => go({ with: event.target.value || undefined })}
      >
        <option value="">choose …</option>
        {others.map(({ requestId, facts, entered, shown }) => (
          <option key={requestId} value={requestId}>
            {requestId.slice(0, 18)} · {facts.surface} · {shown.length} of {entered}
          </option>
        ))}
      </select>
      <p>
        or <a href={linkTo({ ...AWAY, view: "cohorts", a: alike, b: undefined })}>all like this one with the rest</a>
      </p>
      {other !== undefined && <Difference run={run} graph={graph} other={other} />}
      <p>
        <a href={linkTo({ tab: undefined, with: undefined })}>Done</a>
      </p>
    </div>
  );
}

function Difference({
  run,
  graph,
  other,
}: {
  readonly run: RunDocument;
  readonly graph: GraphDocument;
  readonly other: RunDocument;
}) {
  const rows = compareRuns(run, other, graph).slice(0, ROWS_MAX);
  const here = new Set(run.shown.map(({ adId }) => adId));
  const there = new Set(other.shown.map(({ adId }) => adId));
  const list = (ids: readonly number[]) => (ids.length === 0 ? "none" : ids.join(", "));
  return (
    <>
      <p>
        Took {duration(run.durationMs)}, the other {duration(other.durationMs)}. Candidates: {run.ads.length} against{" "}
        {other.ads.length}.
      </p>
      <p>
        Shown in both: {list([...here].filter((id) => there.has(id)))}; only here:{" "}
        {list([...here].filter((id) => !there.has(id)))}; only there: {list([...there].filter((id) => !here.has(id)))}.
      </p>
      <Table label="Nodes that differ" headings={["Node", ["Here", "num"], ["There", "num"], "Differs in"]}>
        {rows.map(({ node, here: own, there: its, what }) => (
          <tr key={node}>
            <td>
              <a href={linkTo({ node, tab: undefined })}>{node}</a>
            </td>
            <td className="num">{own}</td>
            <td className="num">{its}</td>
            <td>{what}</td>
          </tr>
        ))}
      </Table>
      {rows.length === 0 && <p className="muted">Every node did the same.</p>}
    </>
  );
}

interface Differing {
  readonly node: string;
  readonly here: string;
  readonly there: string;
  readonly what: string;
}

/** Times that differ less than this are no difference, ms. */
const SAME_MS = 0.5;

/** In the order of the graph: outcome, then candidates, then size, then time. */
export function compareRuns(run: RunDocument, other: RunDocument, graph: GraphDocument): readonly Differing[] {
  const theirs = new Map(other.nodes.map((node) => [node.name, node]));
  const dropsOf = (of: RunDocument, node: string) => of.stages.find((stage) => stage.node === node)?.drops.length;
  const order = new Map(graph.nodes.map(({ name }, at) => [name, at]));
  return run.nodes
    .flatMap((node): readonly Differing[] => {
      const its = theirs.get(node.name);
      if (its === undefined) return [{ node: node.name, here: "there", there: "not there", what: "graph" }];
      if (its.outcome !== node.outcome)
        return [{ node: node.name, here: node.outcome, there: its.outcome, what: "outcome" }];
      const [own, drops] = [dropsOf(run, node.name), dropsOf(other, node.name)];
      if (own !== drops) return [{ node: node.name, here: String(own ?? 0), there: String(drops ?? 0), what: "drops" }];
      if (node.sizeOut !== its.sizeOut)
        return [{ node: node.name, here: String(node.sizeOut), there: String(its.sizeOut), what: "size" }];
      const apart = Math.abs(node.durationMs - its.durationMs);
      const slower = apart > SAME_MS && apart > 0.5 * Math.min(node.durationMs, its.durationMs);
      return slower
        ? [{ node: node.name, here: duration(node.durationMs), there: duration(its.durationMs), what: "time" }]
        : [];
    })
    .toSorted((one, two) => (order.get(one.node) ?? 0) - (order.get(two.node) ?? 0));
}
