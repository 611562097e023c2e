/** The first thing a person reads: one sentence, then what it rests on. */
import type { AdDocument } from "../../data/ad-document.ts";
import { duration } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { Owner } from "../shell/owner.tsx";
import { Wrapped } from "../shell/wrapped.tsx";
import { go, linkTo, useRoute } from "../state/route.ts";
import { Gauge } from "./gauge.tsx";

interface Props {
  readonly run: RunDocument;
  readonly graph: GraphDocument;
  readonly ad: AdDocument | undefined;
  readonly surface: string | null;
  readonly index: IndexDocument;
}

export function Verdict({ run, graph, ad, surface, index }: Props) {
  const route = useRoute();
  const fate = ad?.fate ?? (run.failureCode !== null ? "failed" : "request");
  return (
    <section className={`verdict ${fate}`} aria-label="Verdict">
      <p className="crumbs">
        <span>Request</span> <code className="id">{run.requestId}</code>
        {surface !== null && <span className="chip">{surface}</span>}
        <span className="muted">
          {new Date(run.startedAtMs).toLocaleTimeString()} · {duration(run.durationMs)}
        </span>
        {run.loggedAsScored === true && (
          <span
            className="chip good"
            title="The digest of every logged feature snapshot equals the one that was scored"
          >
            ✓ logged = scored
          </span>
        )}
        {run.loggedAsScored === false && <span className="chip bad">✗ logged ≠ scored</span>}
        {!run.conserved && <span className="chip bad">✗ a candidate was lost without a reason</span>}
      </p>
      <h1>{ad?.sentence ?? run.verdict}</h1>
      {ad?.decision != null && <Decision ad={ad} graph={graph} run={run} />}
      <p className="actions">
        {ad !== undefined && (
          <a className="button" href={linkTo({ ad: undefined, node: undefined, tab: undefined })}>
            ← The whole request
          </a>
        )}
        {ad !== undefined && ad.steps.length > 0 && (
          <button
            type="button"
            className={`button ${index.can.whatIf && ad.fate !== "shown" ? "main" : ""}`}
            onClick={() => go({ tab: "what-if" })}
          >
            {ad.fate === "shown" ? "What if …" : "What would make it show?"}
          </button>
        )}
        {ad !== undefined && index.can.documents && (
          <a
            className={`button ${ad.steps.length === 0 ? "main" : ""}`}
            href={linkTo({ view: "document", node: undefined, tab: undefined })}
          >
            Its document
          </a>
        )}
        <button
          type="button"
          className="button"
          aria-pressed={route.tab === "compare"}
          onClick={() => go({ tab: route.tab === "compare" ? undefined : "compare" })}
        >
          Compare
        </button>
      </p>
    </section>
  );
}

function Decision({
  ad,
  graph,
  run,
}: {
  readonly ad: AdDocument;
  readonly graph: GraphDocument;
  readonly run: RunDocument;
}) {
  const { decision, winner } = ad;
  if (decision === null) return null;
  const { node, owner, reason, rule, valueText, thresholdText, place, actor } = decision;
  return (
    <dl className="facts">
      <div>
        <dt>Decided by</dt>
        <dd>
          <a href={linkTo({ node, tab: undefined })}>
            <Wrapped name={node} />
          </a>
          <span className="muted">{rule}</span>
        </dd>
      </div>
      <div>
        <dt>Rule</dt>
        <dd>
          <code>{reason}</code>
          {actor !== "" && <span className="muted">up to the {actor}</span>}
        </dd>
      </div>
      {valueText !== null && (
        <div>
          <dt>{typeof decision.threshold === "string" && winner !== null ? "Its worth" : "Value against threshold"}</dt>
          <dd className="num">
            <span>
              {valueText}
              {thresholdText !== null && !(typeof decision.threshold === "string" && winner !== null) && (
                <span className="muted"> against {thresholdText}</span>
              )}
            </span>
            <Gauge value={decision.value} threshold={decision.threshold} />
          </dd>
        </div>
      )}
      {winner !== null && (
        <div>
          <dt>Instead of it</dt>
          <dd>
            <a href={linkTo({ ad: String(winner.adId), node: undefined, tab: undefined })}>
              Ad {winner.adId}
              {run.brands[winner.adId] !== undefined && ` (${run.brands[winner.adId]})`}
            </a>
            <span className="muted">{winner.why}</span>
          </dd>
        </div>
      )}
      <div>
        <dt>Owner</dt>
        <dd>
          <Owner name={owner} graph={graph} />
          {place !== null && (
            <code className="place" title={place.file}>
              <Wrapped name={`${place.file.split("/").at(-1)}:${place.line}`} />
            </code>
          )}
        </dd>
      </div>
    </dl>
  );
}
