/** The kept requests; with an ad, what became of it in each. */

import type { CohortDocument } from "../../data/cohort-document.ts";
import { duration, share } from "../../data/explain/money.ts";
import { runFilter } from "../../data/explain/run-filter.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import { Table } from "../shell/table.tsx";
import { useData } from "../state/data.ts";
import { go, linkTo, useRoute } from "../state/route.ts";
import { NoRuns } from "./no-runs.tsx";
import { RunFilterHelp, suggestionsOf } from "./run-filter-words.tsx";

const ROWS_MAX = 200;

export function RequestsPage({ index }: { readonly index: IndexDocument }) {
  const { ad, find = "" } = useRoute();
  const hash = index.runs[0]?.graphHash;
  const { value: cohort } = useData<CohortDocument>(
    ad === undefined || hash === undefined ? undefined : `cohorts/${hash}.json`,
  );
  if (hash === undefined) return <NoRuns index={index} />;
  const fates = ad === undefined || cohort === undefined ? undefined : fatesOfAd(cohort, ad);
  const newestAtMs = Math.max(0, ...index.runs.map(({ facts }) => facts.startedAtMs));
  const { means, wrong } = runFilter(find, newestAtMs);
  const rows = index.runs.filter(means);
  return (
    <div className="sheet">
      <h1>
        {ad === undefined
          ? `${index.runs.length} traced requests, newest first`
          : sentenceOf(ad, fates, index.runs.length)}
      </h1>
      {ad !== undefined && (
        <p>
          <a href={linkTo({ ad: undefined })}>All requests</a>
        </p>
      )}
      <div className="filter-row">
        <input
          className="field"
          type="search"
          aria-label="Find requests"
          placeholder="part of an id, surface:search, country:US, took>20ms …"
          value={find}
          aria-invalid={wrong.length > 0}
          onChange={(event) => go({ find: event.target.value || undefined }, "replace")}
        />
        <a className="button" href={linkTo({ view: "cohorts", a: find || undefined, ad: undefined, find: undefined })}>
          {find.trim() === "" ? "Compare some with others" : `Compare these ${rows.length} with the rest`}
        </a>
      </div>
      <div className="suggested muted">
        {suggestionsOf(index.runs).map(({ words, count }) => (
          <a key={words} href={linkTo({ find: words })}>
            {words} <span className="num">{count}</span>
          </a>
        ))}
        <RunFilterHelp />
      </div>
      {wrong.length > 0 && (
        <p role="alert">
          <span className="chip bad">not understood: {wrong.join(", ")}</span>
        </p>
      )}
      <div className="card">
        <Table
          label="Requests"
          className="requests"
          headings={[
            "Request",
            "Surface",
            "Country",
            ["Candidates", "num"],
            ["Shown", "num"],
            ["Took", "num"],
            ...(ad === undefined ? [] : [`Ad ${ad}`]),
          ]}
        >
          {rows.slice(0, ROWS_MAX).map((run) => (
            <tr key={run.requestId}>
              <td>
                <a href={linkTo({ view: "run", run: run.requestId, find: undefined })}>
                  <code>{run.requestId}</code>
                </a>
                {run.failureCode !== null && <span className="chip bad">{run.failureCode}</span>}
              </td>
              <td>{run.facts.surface}</td>
              <td>{run.facts.country}</td>
              <td className="num">{run.entered.toLocaleString("en-US")}</td>
              <td className="num">{run.shown.length}</td>
              <td className="num">{duration(run.facts.durationMs)}</td>
              {ad !== undefined && <td>{fates?.get(run.requestId) ?? "no candidate"}</td>}
            </tr>
          ))}
        </Table>
        {rows.length === 0 && <p className="muted nothing">No kept request is meant.</p>}
      </div>
    </div>
  );
}

function fatesOfAd(cohort: CohortDocument, ad: string): ReadonlyMap<string, string> {
  const own = cohort.ads[ad] ?? [];
  return new Map(
    Array.from({ length: own.length / 2 }, (_, at) => [
      cohort.runs[own[2 * at] ?? 0]?.requestId ?? "",
      cohort.fates[own[2 * at + 1] ?? 0] ?? "",
    ]),
  );
}

function sentenceOf(ad: string, fates: ReadonlyMap<string, string> | undefined, runs: number): string {
  if (fates === undefined) return `Ad ${ad} …`;
  if (fates.size === 0) return `Ad ${ad} was a candidate in none of ${runs} requests.`;
  const counts = [...Map.groupBy(fates.values(), (fate) => fate)].map(([fate, own]) => [fate, own.length] as const);
  const words = counts
    .toSorted(([, one], [, other]) => other - one)
    .map(([fate, count]) => `${fate} ${share(count / fates.size)}`);
  return `Ad ${ad} was a candidate in ${fates.size} of ${runs} requests: ${words.join(", ")}.`;
}
