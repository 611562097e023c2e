import type { Report } from "@tenon/dev-run/report-format";
import type { IndexDocument } from "../../data/index-document.ts";
import { Wrapped } from "../shell/wrapped.tsx";
import { linkTo } from "../state/route.ts";
import { graphLink } from "./finding-overlay.ts";
import { Verdict } from "./verdict-chip.tsx";

/** Graphs offered as pictures; the others are in the findings. */
const GRAPHS_SHOWN_MAX = 6;

export function ReportHead({ report, index }: { readonly report: Report; readonly index: IndexDocument }) {
  const { outcome, sentence, counts, base, head, corpora, seed, durationMs } = report.verdict;
  const touched = [...new Set(report.graphDiff.nodes.map(({ graph }) => graph))]
    .map((name) => ({ name, to: graphLink(report, name, index) }))
    .filter(({ to }) => to !== undefined);
  return (
    <section aria-label="Verdict" className="verdict-head">
      <p className="crumbs">
        <Verdict outcome={outcome} />
        <span className="muted">
          <VersionName version={base} /> → <VersionName version={head} />
        </span>
        <a href={linkTo({ report: undefined, finding: undefined })}>all reports</a>
      </p>
      <h1>
        <Wrapped name={sentence} />
      </h1>
      <p className="muted num">
        {counts.entriesCompared} runs compared, {counts.entriesChanged} changed · {counts.requestsChanged} of{" "}
        {counts.requestsCompared} requests changed · {counts.adsGained} ads gained, {counts.adsLost} lost ·{" "}
        {counts.documentsChanged} documents changed · {counts.contractChanges} contract changes · {counts.incomplete}{" "}
        incomplete
      </p>
      <details className="muted">
        <summary>Where it comes from</summary>
        <p>
          {corpora.map(({ name, hash, entries }) => `${name} ${hash.slice(0, 10)} (${entries} runs)`).join(", ")}; seed{" "}
          {seed}; {(durationMs / 1_000).toFixed(1)} s
        </p>
      </details>
      {touched.length > 0 && (
        <p className="crumbs">
          <span className="muted">Changed and affected nodes in</span>
          {touched.slice(0, GRAPHS_SHOWN_MAX).map(({ name, to }) => (
            <a key={name} href={linkTo(to ?? {})}>
              {name}
            </a>
          ))}
          {touched.length > GRAPHS_SHOWN_MAX && <span>and {touched.length - GRAPHS_SHOWN_MAX} more</span>}
        </p>
      )}
    </section>
  );
}

function VersionName({ version: { name, commit, changed } }: { readonly version: Report["verdict"]["base"] }) {
  return (
    <>
      {name} <code>{commit.slice(0, 10)}</code>
      {changed && " with changes"}
    </>
  );
}
