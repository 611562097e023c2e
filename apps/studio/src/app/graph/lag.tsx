/** What waits before a stop of the pipeline, beside its graph. */

import { duration, number } from "../../data/explain/money.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { StopLag } from "../../data/live-document.ts";
import { PIPELINE_GRAPH } from "../../data/words.ts";
import { linkTo } from "../state/route.ts";
import { lagText } from "./heat.ts";

interface BeforeProps {
  readonly graph: string;
  readonly lags: readonly StopLag[];
  readonly index: IndexDocument;
}

/** For the graph that a task or a handler runs. */
export function LagBefore({ graph, lags, index }: BeforeProps) {
  const own = lags.filter((lag) => lag.graph === graph);
  const pipeline = index.graphs.find(({ name }) => name === PIPELINE_GRAPH);
  if (own.length === 0) return null;
  return (
    <p>
      {own.map((lag) => (
        <span key={lag.name}>
          {lag.name}: <strong>{lagText(lag)}</strong> before it.{" "}
        </span>
      ))}
      {pipeline !== undefined && (
        <a href={linkTo({ view: "graph", graph: pipeline.hash, node: own[0]?.name, with: undefined, open: undefined })}>
          Its place in the pipeline
        </a>
      )}
    </p>
  );
}

/** For a node of the pipeline's own graph. */
export function StopPanel({ lag, index }: { readonly lag: StopLag | undefined; readonly index: IndexDocument }) {
  if (lag === undefined) return null;
  const graph = index.graphs.find(({ name }) => name === lag.graph);
  return (
    <section className="inside stop" aria-label="What waits">
      <dl className="grid num">
        <dt>Waiting</dt>
        <dd>{lagText(lag)}</dd>
        <dt>Held up</dt>
        <dd>
          {lag.heldUp === 0
            ? "nothing"
            : `${number(lag.heldUp)} ${lag.heldUp === 1 ? "message" : "messages"} that the log has not taken`}
        </dd>
        <dt>Put aside</dt>
        <dd>{lag.parked === 0 ? "nothing" : <span className="chip bad">{number(lag.parked)}</span>}</dd>
        {lag.watermarkMs !== null && (
          <>
            <dt>Watermark</dt>
            <dd>{duration(Math.max(0, Date.now() - lag.watermarkMs))} ago</dd>
          </>
        )}
        {lag.paused && (
          <>
            <dt>State</dt>
            <dd>
              <span className="chip warn">paused</span>
            </dd>
          </>
        )}
      </dl>
      {graph !== undefined && (
        <p>
          <a href={linkTo({ view: "graph", graph: graph.hash, node: undefined, heat: undefined })}>
            The graph that it runs
          </a>
        </p>
      )}
    </section>
  );
}
