/** The kept requests; with an ad, what became of it in each. */
import { useState } from "react";
import type { CohortDocument } from "../../data/cohort-document.ts";
import { duration, share } from "../../data/explain/money.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import { useData } from "../state/data.ts";
import { linkTo, useRoute } from "../state/route.ts";

const ROWS_MAX = 200;

export function RequestsPage({ index }: { readonly index: IndexDocument }) {
  const { ad } = useRoute();
  const [find, setFind] = useState("");
  const hash = index.runs[0]?.graphHash;
  const { value: cohort } = useData<CohortDocument>(
    ad === undefined || hash === undefined ? undefined : `cohorts/${hash}.json`,
  );
  const fates = ad === undefined || cohort === undefined ? undefined : fatesOfAd(cohort, ad);
  const rows = index.runs.filter(({ requestId, surface }) => `${requestId} ${surface}`.includes(find.trim()));
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
      <input
        className="field"
        type="search"
        aria-label="Find requests"
        placeholder="id or surface"
        value={find}
        onChange={(event) => setFind(event.target.value)}
      />
      <div className="card scroll">
        <table className="list">
          <thead>
            <tr>
              <th>Request</th>
              <th>Surface</th>
              <th className="num">Candidates</th>
              <th className="num">Shown</th>
              <th className="num">Took</th>
              {ad !== undefined && <th>Ad {ad}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_MAX).map((run) => (
              <tr key={run.requestId}>
                <td>
                  <a href={linkTo({ view: "run", run: run.requestId })}>
                    <code>{run.requestId}</code>
                  </a>
                  {run.failureCode !== null && <span className="chip bad">{run.failureCode}</span>}
                </td>
                <td>{run.surface}</td>
                <td className="num">{run.entered.toLocaleString("en-US")}</td>
                <td className="num">{run.shown.length}</td>
                <td className="num">{duration(run.durationMs)}</td>
                {ad !== undefined && <td>{fates?.get(run.requestId) ?? "no candidate"}</td>}
              </tr>
            ))}
          </tbody>
        </table>
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
