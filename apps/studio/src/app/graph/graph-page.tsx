/** A graph by itself, or beside another version of it. */

import type { Report } from "@tenon/dev-run/report-format";
import { useMemo } from "react";
import type { CohortDocument } from "../../data/cohort-document.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { LiveDocument } from "../../data/live-document.ts";
import { PIPELINE_GRAPH } from "../../data/words.ts";
import { overlayOf } from "../report/finding-overlay.ts";
import { Problem } from "../shell/problem.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { useData } from "../state/data.ts";
import { go, linkTo, type Route, useRoute } from "../state/route.ts";
import { compareGraphs } from "./compare-graphs.ts";
import { Differences } from "./differences.tsx";
import { CLOSED_ABOVE, GraphPane } from "./graph-pane.tsx";
import { LagBefore, StopPanel } from "./lag.tsx";
import { NodePanel } from "./node-panel.tsx";
import { twoVersions } from "./two-versions.ts";

/** Half of a desk's page, px. */
const HALF_PAGE = 700;
/** Between two looks at what waits, ms. */
const LIVE_MS = 2_000;

/** A link back leaves the picture's own state behind. */
const OF_REPORT: Partial<Route> = {
  ...{ view: "report", graph: undefined, with: undefined, level: undefined },
  ...{ node: undefined, open: undefined, heat: undefined, find: undefined },
};

export function GraphPage({ index }: { readonly index: IndexDocument }) {
  const route = useRoute();
  const hash = route.graph ?? index.graphs[0]?.hash;
  const { value: graph, error } = useData<GraphDocument>(hash && `graphs/${hash}.json`);
  const { value: base } = useData<GraphDocument>(route.with && `graphs/${route.with}.json`);
  const hasRuns = index.runs.some((run) => run.graphHash === hash);
  const { value: cohort } = useData<CohortDocument>(hasRuns ? `cohorts/${hash}.json` : undefined);
  // The pipeline's graph is painted with what waits now; a graph of one of its stops says what waits before it.
  const { value: live } = useData<LiveDocument>(
    index.can.live ? "live.json" : undefined,
    index.live ? LIVE_MS : undefined,
  );
  const lags = graph?.name === PIPELINE_GRAPH ? live?.lag : undefined;
  const changes = useMemo(
    () => (graph === undefined || base === undefined ? undefined : compareGraphs(base, graph)),
    [base, graph],
  );
  const together = useMemo(
    () => (graph === undefined || base === undefined ? undefined : twoVersions(base, graph)),
    [base, graph],
  );
  const { value: report } = useData<Report>(route.report && `reports/${encodeURIComponent(route.report)}.json`);
  const overlay = useMemo(
    () => (graph === undefined || report === undefined ? undefined : overlayOf(report, route.finding, graph)),
    [report, route.finding, graph],
  );
  const marked = useMemo(
    // Where both speak of a node, what its declaration became says more.
    () => overlay && new Map([...overlay.nodes, ...(changes?.nodes ?? [])]),
    [overlay, changes],
  );
  if (graph === undefined) return error === undefined ? <Waiting /> : <Problem error={error} />;
  const drawn = together?.graph ?? graph;
  const versions = index.graphs.filter(({ name, hash: other }) => name === graph.name && other !== graph.hash);
  return (
    <div className={`run two${isWide(drawn) ? " wide" : ""}`}>
      <section className="verdict" aria-label="Graph">
        <p className="crumbs">
          <select
            className="field small"
            aria-label="Graph"
            value={graph.hash}
            onChange={(event) => go({ graph: event.target.value, node: undefined, open: undefined, with: undefined })}
          >
            {index.graphs.map(({ hash: each, name, nodes }) => (
              <option key={each} value={each}>
                {name} ({nodes})
              </option>
            ))}
          </select>
          <span className="muted">
            version <code>{graph.hash.slice(0, 12)}</code>
          </span>
          {versions.length > 0 && (
            <select
              className="field small"
              aria-label="Compare with version"
              value={route.with ?? ""}
              onChange={(event) => go({ with: event.target.value || undefined })}
            >
              <option value="">compare with …</option>
              {versions.map(({ hash: each }) => (
                <option key={each} value={each}>
                  {each.slice(0, 12)}
                </option>
              ))}
            </select>
          )}
        </p>
        <h1>
          {overlay?.sentence ?? changes?.sentence ?? `${graph.name}: ${graph.purpose ?? "no purpose is written down"}`}
        </h1>
        {overlay !== undefined && (
          <p>
            <a href={linkTo({ ...OF_REPORT, finding: route.finding })}>back to the report</a>
            {changes !== undefined && ` · ${changes.sentence}`}
            {overlay.note !== undefined && <span className="muted"> {overlay.note}</span>}
          </p>
        )}
        <LagBefore graph={graph.name} lags={live?.lag ?? []} index={index} />
        <p className="muted">
          {graph.nodes.length} nodes of {graph.owners.length} owners, {graph.slots.length} slots
          {graph.deadlineMs !== null && `, deadline ${graph.deadlineMs} ms`}. Reads {graph.request.join(", ")}; gives{" "}
          {graph.respond.join(", ")}.
        </p>
      </section>
      <GraphPane
        graph={drawn}
        cohort={cohort}
        lags={lags}
        changes={marked ?? changes?.nodes}
        changedLines={together?.lines}
      />
      <aside className="panel card" aria-label="Details">
        {route.node !== undefined ? (
          <>
            <StopPanel lag={lags?.find(({ name }) => name === route.node)} index={index} />
            <NodePanel graph={drawn} name={route.node} cohort={cohort} />
          </>
        ) : changes !== undefined ? (
          <Differences changes={changes} lines={together?.lines} />
        ) : (
          <NodeList graph={graph} />
        )}
      </aside>
    </div>
  );
}

/** A small graph that is wider than the half of a page has the whole width. */
function isWide({ nodes, layout: { flat } }: GraphDocument): boolean {
  return flat !== null && nodes.length <= CLOSED_ABOVE && flat.width > HALF_PAGE;
}

function NodeList({ graph }: { readonly graph: GraphDocument }) {
  return (
    <div className="inside">
      <h2>Nodes in the order of the graph</h2>
      <table className="list">
        <tbody>
          {graph.nodes.map(({ name, owner, purpose }) => (
            <tr key={name}>
              <td>
                <a href={linkTo({ node: name })}>{name}</a>
                <div className="muted">{purpose}</div>
              </td>
              <td className="muted">{owner}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
