/** One node: what it is for, what it read and wrote in this run, how long it took. */
import type { CohortDocument } from "../../data/cohort-document.ts";
import { duration, number, share } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { RunDocument, RunNode } from "../../data/run-document.ts";
import { Owner } from "../shell/owner.tsx";
import { go } from "../state/route.ts";
import { NodeSlots } from "./node-slots.tsx";

interface Props {
  readonly graph: GraphDocument;
  readonly name: string;
  readonly run?: RunDocument | undefined;
  readonly cohort?: CohortDocument | undefined;
  readonly index?: IndexDocument | undefined;
}

export function NodePanel({ graph, name, run, cohort, index }: Props) {
  const node = graph.nodes.find((each) => each.name === name);
  if (node === undefined)
    return (
      <div className="inside">
        <h2>There is no node {name} in this graph</h2>
      </div>
    );
  const ran = run?.nodes.find((each) => each.name === name);
  const together = cohort?.nodes.find((each) => each.name === name);
  const stage = run?.stages.find((each) => each.node === name);
  return (
    <div className="inside">
      <div className="panel-head">
        <h2 className="title">{node.name}</h2>
        <button type="button" className="icon" aria-label="Leave the node" onClick={() => go({ node: undefined })}>
          ✕
        </button>
      </div>
      <p>{node.purpose}</p>
      <p className="chips">
        <Owner name={node.owner} graph={graph} />
        <span className="chip">{node.kind}</span>
        {node.async && <span className="chip">async</span>}
        {node.onFailure !== "failRequest" && <span className="chip">on failure: {node.onFailure}</span>}
        {node.state !== "active" && <span className="chip warn">{node.state}</span>}
        {node.logged && (
          <span
            className={`chip ${run?.loggedAsScored === false ? "bad" : "good"}`}
            title="Its slot goes into the feature log as it was scored"
          >
            {run?.loggedAsScored === false ? "✗ served ≠ logged" : "✓ served = logged"}
          </span>
        )}
      </p>
      {node.place !== null && (
        <p>
          <code className="place">
            {node.place.file}:{node.place.line}
          </code>
        </p>
      )}
      {ran !== undefined && run !== undefined && <Timing node={ran} run={run} budgetMs={node.budgetMs} />}
      {together !== undefined && together.runs > 0 && (
        <p className="muted num">
          Over {together.runs} runs: p50 {duration(together.p50Ms)}, p99 {duration(together.p99Ms)}, critical in{" "}
          {share(together.criticalShare)}
          {together.dropShare !== null && `, drops ${share(together.dropShare)}`}
        </p>
      )}
      {stage !== undefined && (
        <p className="num">
          {number(stage.entered.length)} candidates entered, {number(stage.drops.length)} were dropped,{" "}
          {number(stage.entered.length - stage.drops.length)} stayed.
        </p>
      )}
      <NodeSlots node={node} graph={graph} run={run} index={index} />
      {node.uses.length > 0 && (
        <>
          <h3>Uses</h3>
          <ul className="slots">
            {node.uses.map((use) => {
              const resource = graph.resources.find((each) => each.name === use);
              return (
                <li key={use}>
                  <code>{use}</code> <span className="muted">{resource?.owner}</span>
                  {resource?.pinned === true && <span className="chip">one version per run</span>}
                </li>
              );
            })}
          </ul>
        </>
      )}
      {node.when !== null && (
        <p>
          Runs only when <code>{node.when}</code>.
        </p>
      )}
    </div>
  );
}

function Timing({
  node,
  run,
  budgetMs,
}: {
  readonly node: RunNode;
  readonly run: RunDocument;
  readonly budgetMs: number | null;
}) {
  const whole = Math.max(run.durationMs, 0.001);
  const at = (ms: number) => `${(ms / whole) * 100}%`;
  return (
    <div className="timing">
      <div
        className="span"
        role="img"
        aria-label={`ready after ${duration(node.readyMs)}, started after ${duration(node.startMs)}, ended after ${duration(node.endMs)}`}
      >
        <span className="wait" style={{ left: at(node.readyMs), width: at(node.startMs - node.readyMs) }} />
        <span
          className="busy"
          style={{ left: at(node.startMs), width: `max(3px, ${at(node.endMs - node.startMs)})` }}
        />
      </div>
      <dl className="grid num">
        <dt>Outcome</dt>
        <dd>
          <span className={`chip ${node.outcome === "ok" ? "good" : node.outcome === "skipped" ? "" : "warn"}`}>
            {node.outcome}
          </span>
          {node.retries > 0 && ` after ${node.retries} retries`}
        </dd>
        <dt>Running</dt>
        <dd>
          {duration(node.durationMs)}
          {budgetMs !== null && <span className="muted"> of {budgetMs} ms</span>}
        </dd>
        <dt>Waiting</dt>
        <dd>{duration(node.waitMs)}</dd>
        <dt>Slack</dt>
        <dd>
          {node.critical
            ? "none: on the critical path"
            : node.slackMs === null
              ? "nobody waits for it"
              : duration(node.slackMs)}
        </dd>
        {node.sizeOut !== null && (
          <>
            <dt>Size out</dt>
            <dd>{number(node.sizeOut)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}
