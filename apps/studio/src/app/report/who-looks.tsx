import type { Report } from "@tenon/dev-run/report-format";
import { Owner } from "../shell/owner.tsx";
import { linkTo } from "../state/route.ts";

/** Owners of findings first; those who are merely reached by them in one line. */
export function WhoLooks({ owners }: { readonly owners: Report["owners"] }) {
  const looking = owners.filter(({ findings }) => findings.length > 0);
  const reached = owners.filter(({ findings }) => findings.length === 0);
  return (
    <section className="card block" aria-label="Who must look">
      <h2>Who must look</h2>
      <ul className="looking">
        {looking.map(({ owner, findings, changed, affected }) => (
          <li key={owner}>
            <strong>
              <Owner name={owner} />
            </strong>
            <span>
              {findings.map((id) => (
                <a key={id} className="id" href={linkTo({ finding: id })}>
                  {id}
                </a>
              ))}
            </span>
            <span className="muted">
              {changed.length > 0 && `gives something else: ${changed.join(", ")}`}
              {changed.length > 0 && affected.length > 0 && "; "}
              {affected.length > 0 && `reached: ${affected.join(", ")}`}
            </span>
          </li>
        ))}
      </ul>
      {reached.length > 0 && (
        <p className="muted">
          Reached, without a finding of their own: {reached.map(({ owner }) => owner).join(", ")}.
        </p>
      )}
    </section>
  );
}
