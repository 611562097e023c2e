/** Candidates in and out of each filter, for this request or all kept ones, with the ad's own way through it. */
import type { AdDocument } from "../../data/ad-document.ts";
import type { CohortDocument } from "../../data/cohort-document.ts";
import { number, share } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { Wrapped } from "../shell/wrapped.tsx";
import { go, useRoute } from "../state/route.ts";

interface Row {
  readonly node: string;
  readonly entered: number;
  readonly byReason: Readonly<Record<string, number>>;
  readonly fate: "kept" | "dropped" | undefined;
}

interface Props {
  readonly run: RunDocument;
  readonly graph: GraphDocument;
  readonly cohort: CohortDocument | undefined;
  readonly ad: AdDocument | undefined;
}

export function Funnel({ run, graph, cohort, ad }: Props) {
  const { scope } = useRoute();
  const all = scope === "all" && cohort !== undefined;
  const rows = all ? rowsOfCohort(cohort) : rowsOfRun(run, ad);
  const dropping = rows.filter((row) => droppedOf(row) > 0 || row.fate === "dropped");
  const silent = rows.filter((row) => !dropping.includes(row));
  const most = Math.max(1, ...rows.map(({ entered }) => entered));
  const shown = all ? shownOf(cohort) : run.shown.length;
  if (rows.length === 0) return null;
  return (
    <section className="funnel card" aria-label="Funnel">
      <div className="funnel-head">
        <h2>
          {number(rows[0]?.entered ?? 0)} candidates → {number(shown)} shown
        </h2>
        <fieldset className="segmented">
          <legend className="sr">Requests that are counted</legend>
          <button type="button" aria-pressed={!all} onClick={() => go({ scope: undefined }, "replace")}>
            This request
          </button>
          <button
            type="button"
            aria-pressed={all}
            disabled={cohort === undefined}
            onClick={() => go({ scope: "all" }, "replace")}
          >
            {cohort === undefined ? "All kept" : `All ${cohort.runs.length} kept`}
          </button>
        </fieldset>
      </div>
      <ol className="stages">
        {dropping.map((row) => (
          <StageColumn
            key={row.node}
            row={row}
            most={most}
            owner={graph.nodes.find(({ name }) => name === row.node)?.owner ?? ""}
            graph={graph}
          />
        ))}
        <li className="stage end">
          <span className="bar">
            <span className="kept" style={{ height: heightOf(shown, most) }} />
            {ad?.fate === "shown" && !all && <span className="way kept" role="img" aria-label="the ad was shown" />}
          </span>
          <strong>shown</strong>
          <span className="num">{number(shown)}</span>
        </li>
      </ol>
      {silent.length > 0 && (
        <p className="muted silent">
          {silent.length} {silent.length === 1 ? "filter" : "filters"} dropped none:{" "}
          {silent.map(({ node }) => node).join(", ")}
        </p>
      )}
      {all && ad !== undefined && <AdOverRuns ad={ad} cohort={cohort} />}
    </section>
  );
}

function StageColumn({
  row,
  most,
  owner,
  graph,
}: {
  readonly row: Row;
  readonly most: number;
  readonly owner: string;
  readonly graph: GraphDocument;
}) {
  const { node: selected } = useRoute();
  const dropped = droppedOf(row);
  const reasons = Object.entries(row.byReason).toSorted(([, one], [, other]) => other - one);
  const colour = graph.owners.find(({ name }) => name === owner)?.colour;
  return (
    <li>
      <button
        type="button"
        className="stage"
        aria-pressed={selected === row.node}
        onClick={() => go({ node: row.node, tab: undefined })}
      >
        <span className="bar">
          <span className="dropped" style={{ height: heightOf(row.entered, most) }} />
          <span className="kept" style={{ height: heightOf(row.entered - dropped, most) }} />
          {row.fate !== undefined && (
            <span
              className={`way ${row.fate}`}
              style={row.fate === "dropped" ? { bottom: `max(4px, calc(${heightOf(row.entered, most)} - 9px))` } : {}}
              role="img"
              aria-label={row.fate === "dropped" ? "the ad was dropped here" : "the ad stayed"}
            />
          )}
        </span>
        <strong>
          <Wrapped name={row.node} />
        </strong>
        <span className="num">
          <span className="dot" style={colour === undefined ? {} : { background: colour }} /> {number(row.entered)} →{" "}
          {number(row.entered - dropped)}
        </span>
        {reasons.slice(0, 3).map(([reason, count]) => (
          <span key={reason} className="reason">
            <span className="words">
              −{number(count)} {reason}
            </span>
            <span className="part" style={{ width: `${(count / Math.max(1, row.entered)) * 100}%` }} />
          </span>
        ))}
        {reasons.length > 3 && <span className="muted">and {reasons.length - 3} reasons more</span>}
      </button>
    </li>
  );
}

/** `this ad, in 40 requests: 62 % deduped, …`. */
function AdOverRuns({ ad, cohort }: { readonly ad: AdDocument; readonly cohort: CohortDocument }) {
  const fates = cohort.ads[ad.adId] ?? [];
  const counts = new Map<string, number>();
  for (let at = 1; at < fates.length; at += 2) {
    const fate = cohort.fates[fates[at] ?? 0] ?? "";
    counts.set(fate, (counts.get(fate) ?? 0) + 1);
  }
  const seen = fates.length / 2;
  const parts = [...counts].toSorted(([, one], [, other]) => other - one);
  return (
    <p className="over-runs">
      <strong>Ad {ad.adId}</strong> was a candidate in {seen} of {cohort.runs.length} requests
      {parts.length > 0 && ": "}
      {parts.map(([fate, count]) => `${fate} ${share(count / seen)}`).join(", ")}.
    </p>
  );
}

function rowsOfRun({ stages }: RunDocument, ad: AdDocument | undefined): readonly Row[] {
  return stages.map(({ node, entered, drops }) => {
    const byReason: Record<string, number> = {};
    for (const { reason } of drops) byReason[reason] = (byReason[reason] ?? 0) + 1;
    return { node, entered: entered.length, byReason, fate: ad?.steps.find((step) => step.node === node)?.fate };
  });
}

function rowsOfCohort({ stages }: CohortDocument): readonly Row[] {
  return stages.map(({ node, entered, byReason }) => ({ node, entered, byReason, fate: undefined }));
}

function shownOf({ ads, fates }: CohortDocument): number {
  const shown = fates.indexOf("shown");
  return Object.values(ads).reduce(
    (sum, own) => sum + own.filter((fate, at) => at % 2 === 1 && fate === shown).length,
    0,
  );
}

function droppedOf({ byReason }: Row): number {
  return Object.values(byReason).reduce((sum, count) => sum + count, 0);
}

/** By the square root, so that seven of a thousand can be seen. */
function heightOf(count: number, most: number): string {
  return count === 0 ? "0" : `${Math.max(3, Math.sqrt(count / most) * 100)}%`;
}
