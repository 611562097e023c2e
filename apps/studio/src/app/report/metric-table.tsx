import { amount, type Metric, percent, signed } from "@tenon/dev-run/report-format";
import { Scroll } from "../shell/scroll.tsx";

/** Those that differ first; the others in one line. */
export function MetricTable({ metrics }: { readonly metrics: readonly Metric[] }) {
  if (metrics.length === 0) return null;
  const differing = metrics.filter(({ note }) => note === "");
  const same = metrics.filter(({ note }) => note !== "");
  return (
    <section className="card block" aria-label="Metrics">
      <h2>Business metrics, paired by request</h2>
      {differing.length > 0 && (
        <Scroll label="Metrics, as a table">
          <table className="list">
            <thead>
              <tr>
                <th scope="col">Metric</th>
                {["Before", "After", "Difference", "95 % interval", "q", "n"].map((name) => (
                  <th key={name} scope="col" className="num">
                    {name}
                  </th>
                ))}
                <th scope="col">Most in</th>
              </tr>
            </thead>
            <tbody>
              {differing.map((each) => (
                <tr key={each.name}>
                  <td>
                    {each.name} <span className="muted">{each.unit}</span>
                  </td>
                  <td className="num">{amount(each.base)}</td>
                  <td className="num">{amount(each.head)}</td>
                  <td className="num">
                    {signed(each.delta)}
                    {each.deltaShare !== null && ` (${percent(each.deltaShare)})`}
                  </td>
                  <td className="num">
                    {amount(each.low)} … {amount(each.high)}
                    {(each.low > 0 || each.high < 0) && <span className="chip warn">without 0</span>}
                  </td>
                  <td className="num">{each.q.toPrecision(2)}</td>
                  <td className="num">{each.n}</td>
                  <td className="muted">
                    {each.segment !== null && `${each.segment.name} ${signed(each.segment.delta)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {same.length > 0 && (
        <details>
          <summary>{same.length} do not differ</summary>
          <ul>
            {same.map(({ name, note }) => (
              <li key={name}>
                {name}: <span className="muted">{note}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
