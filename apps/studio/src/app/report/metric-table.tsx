import { amount, type Metric, percent, signed } from "@tenon/dev-run/report-format";
import { Table } from "../shell/table.tsx";

/** Those that differ first; the others in one line. */
export function MetricTable({ metrics }: { readonly metrics: readonly Metric[] }) {
  if (metrics.length === 0) return null;
  const differing = metrics.filter(({ note }) => note === "");
  const same = metrics.filter(({ note }) => note !== "");
  return (
    <section className="card block" aria-label="Metrics">
      <h2>Business metrics, paired by request</h2>
      {differing.length > 0 && (
        <Table
          label="Metrics"
          headings={[
            "Metric",
            ["Before", "num"],
            ["After", "num"],
            ["Difference", "num"],
            ["95 % interval", "num"],
            ["q", "num"],
            ["n", "num"],
            "Most in",
          ]}
        >
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
              <td className="muted">{each.segment !== null && `${each.segment.name} ${signed(each.segment.delta)}`}</td>
            </tr>
          ))}
        </Table>
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
