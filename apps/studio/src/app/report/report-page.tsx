/** Reports of dev runs. What a report holds is shown by its sections; a section of a kind this page does not know is shown as data. */
import type { IndexDocument } from "../../data/index-document.ts";
import { Problem } from "../shell/problem.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { useData } from "../state/data.ts";
import { linkTo, useRoute } from "../state/route.ts";

export function ReportPage({ index }: { readonly index: IndexDocument }) {
  const { report } = useRoute();
  const { value, error } = useData<Readonly<Record<string, unknown>>>(
    report && `reports/${encodeURIComponent(report)}.json`,
  );
  if (report === undefined)
    return (
      <div className="sheet">
        <h1>Reports of dev runs</h1>
        <ul className="card block">
          {index.reports.map(({ id, title, verdict }) => (
            <li key={id}>
              <a href={linkTo({ report: id })}>{title}</a> <span className="chip">{verdict}</span>
            </li>
          ))}
        </ul>
      </div>
    );
  if (value === undefined) return error === undefined ? <Waiting /> : <Problem error={error} />;
  const entry = index.reports.find(({ id }) => id === report);
  return (
    <div className="sheet">
      <h1>{entry?.title ?? report}</h1>
      {entry !== undefined && (
        <p>
          <span className="chip">{entry.verdict}</span>
        </p>
      )}
      {Object.entries(value).map(([name, part]) => (
        <section key={name} className="card block" aria-label={name}>
          <h2>{name}</h2>
          {typeof part === "object" ? (
            <pre className="preview tall">{JSON.stringify(part, null, 2)}</pre>
          ) : (
            <p>{String(part)}</p>
          )}
        </section>
      ))}
    </div>
  );
}
