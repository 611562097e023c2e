import type { ReportEntry } from "../../data/index-document.ts";
import { Wrapped } from "../shell/wrapped.tsx";
import { linkTo } from "../state/route.ts";
import { Verdict } from "./verdict-chip.tsx";

/** Newest first. One that cannot be opened says why. */
export function ReportList({ reports }: { readonly reports: readonly ReportEntry[] }) {
  return (
    <div className="sheet report">
      <h1>Reports of dev runs</h1>
      {reports.length === 0 && (
        <p>
          There is none yet. <code>npx tenon report --base main</code> makes one.
        </p>
      )}
      <ul className="card block reports">
        {reports.map(({ id, title, verdict, atMs, problem }) => (
          <li key={id}>
            {problem === null ? <Verdict outcome={verdict} /> : <span className="chip">cannot be opened</span>}
            <span className="what">
              {problem === null ? (
                <a href={linkTo({ report: id })}>
                  <Wrapped name={title} />
                </a>
              ) : (
                <strong>{title}</strong>
              )}
              {problem !== null && <span>{problem}</span>}
              <span className="muted">
                {id}, {new Date(atMs).toLocaleString()}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
