import type { AdDocument } from "../../data/ad-document.ts";
import type { CohortDocument } from "../../data/cohort-document.ts";
import { money, thresholdText, valueText } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { Owner } from "../shell/owner.tsx";
import { linkTo } from "../state/route.ts";

interface Props {
  readonly ad: AdDocument;
  readonly graph: GraphDocument;
  readonly run: RunDocument;
  readonly cohort: CohortDocument | undefined;
}

/** The way of one ad, filter by filter. */
export function AdPanel({ ad, graph, run, cohort }: Props) {
  const shown = run.shown.find(({ adId }) => adId === ad.adId);
  return (
    <div className="inside">
      <h2>The way of ad {ad.adId}</h2>
      {ad.score !== null && (
        <p className="num">
          Worth {money(ad.score.ecpmMicros)} per thousand impressions, click probability{" "}
          {(ad.score.clickProbability * 100).toFixed(2)} %
        </p>
      )}
      {shown !== undefined && (
        <p>
          “{shown.title}”: {shown.reason}. Charged {money(shown.chargedPriceMicros)} per{" "}
          {shown.chargedPer === "click" ? "click" : "thousand impressions"}.
        </p>
      )}
      <ol className="path">
        {ad.steps.map(({ node, owner, fate, reason, value, threshold }) => (
          <li key={node} className={fate}>
            <span className="mark" aria-hidden="true">
              {fate === "kept" ? "✓" : "✕"}
            </span>
            <a href={linkTo({ node, tab: undefined })}>{node}</a> <Owner name={owner} graph={graph} />
            {fate === "dropped" && (
              <p className="num">
                <code>{reason}</code> {valueText(reason ?? "", value)}
                {threshold !== null && <span className="muted"> against {thresholdText(reason ?? "", threshold)}</span>}
              </p>
            )}
          </li>
        ))}
        {ad.steps.length === 0 && <li className="dropped">It entered no filter.</li>}
        {ad.fate === "shown" && (
          <li className="kept">
            <span className="mark" aria-hidden="true">
              ★
            </span>
            shown at position {ad.position}
          </li>
        )}
      </ol>
      {cohort !== undefined && (
        <p>
          <a href={linkTo({ view: "requests", ad: String(ad.adId), node: undefined, tab: undefined })}>
            This ad in all {cohort.runs.length} kept requests
          </a>
        </p>
      )}
    </div>
  );
}
