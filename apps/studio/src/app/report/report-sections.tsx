/** The sections that answer "may I trust it, is it safe, is it slower, and now?". */

import { amount, type Report, signed } from "@tenon/dev-run/report-format";
import { Table } from "../shell/table.tsx";
import { linkTo } from "../state/route.ts";

const SIGNS = { ok: ["good", "✓ holds"], review: ["warn", "! look"], fail: ["bad", "✕ broken"] } as const;

export function Safety({ report: { safety } }: { readonly report: Report }) {
  const open = safety.lines.filter(({ outcome }) => outcome !== "ok");
  const line = ({ what, outcome, detail }: Report["safety"]["lines"][number]) => (
    <li key={what}>
      <span className={`chip ${SIGNS[outcome][0]}`}>{SIGNS[outcome][1]}</span> {what}{" "}
      <span className="muted">{detail}</span>
    </li>
  );
  return (
    <section className="card block" aria-label="Contract and safety">
      <h2>Contract and safety</h2>
      {open.length > 0 && <ul className="plain-list">{open.map(line)}</ul>}
      <details>
        <summary>{safety.lines.length - open.length} promises hold</summary>
        <ul className="plain-list">{safety.lines.filter(({ outcome }) => outcome === "ok").map(line)}</ul>
      </details>
    </section>
  );
}

export function Coverage({ report: { trust } }: { readonly report: Report }) {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["Nodes under 30 runs", trust.nodesNotCovered.map(({ graph, node, runs }) => `${node} of ${graph} (${runs})`)],
    ["Drop reasons under 30", trust.reasonsNotCovered.map(({ reason, drops }) => `${reason} (${drops})`)],
    [
      "Noise of the base against itself",
      trust.noise.map(({ node, owner, entries, slots }) => `${node} (${owner}), ${entries} runs: ${slots.join(", ")}`),
    ],
    [
      "Ignored",
      trust.ignored.map(
        ({ field, owner, reason, until, applied }) => `${field} for ${owner} until ${until}: ${reason} (${applied})`,
      ),
    ],
    [
      "Could not be run to the end",
      trust.incomplete.map(({ node, why, entries, example }) => `${node}: ${why} (${entries} runs, e.g. ${example})`),
    ],
  ];
  return (
    <section className="card block" aria-label="Coverage and noise">
      <h2>Coverage and noise</h2>
      <p>
        {trust.sampled}, in {trust.strata.length} strata.
      </p>
      <dl>
        {rows.map(([name, items]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={items.length === 0 ? "muted" : ""}>{items.length === 0 ? "none" : items.join(", ")}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Performance({ report: { performance } }: { readonly report: Report }) {
  const { entries, rounds, rows, rowsMore } = performance;
  if (entries === 0) return null;
  const flagged = rows.filter((each) => each.flagged).length;
  return (
    <section className="card block" aria-label="Performance">
      <h2>Performance</h2>
      <p>
        {flagged === 0 ? "Nothing is over its budget." : `${flagged} over their budget.`}{" "}
        <span className="muted">
          {entries} runs, {rounds} rounds of both versions in turn, median of rounds.
        </span>
      </p>
      <details open={flagged > 0}>
        <summary>Times before and after</summary>
        <Table
          label="Times"
          headings={[
            "What",
            "Owner",
            ["p50 before", "num"],
            ["p50 after", "num"],
            ["p99 after", "num"],
            ["Mean difference, 95 %", "num"],
            ["Budget", "num"],
          ]}
        >
          {rows.map((each) => (
            <tr key={`${each.graph} ${each.what} ${each.unit}`}>
              <td>
                {each.what} <span className="muted">{each.graph}</span>{" "}
                {each.flagged && <span className="chip warn">! over budget</span>}
              </td>
              <td className="muted">{each.owner}</td>
              <td className="num">{amount(each.base.p50)}</td>
              <td className="num">{amount(each.head.p50)}</td>
              <td className="num">{amount(each.head.p99)}</td>
              <td className="num">
                {signed(each.delta)} ({amount(each.low)} … {amount(each.high)}) {each.unit}
              </td>
              <td className="num">{amount(each.budget)}</td>
            </tr>
          ))}
        </Table>
        {rowsMore > 0 && <p className="muted">and {rowsMore} more in report.html</p>}
      </details>
    </section>
  );
}

export function Next({ steps }: { readonly steps: readonly string[] }) {
  if (steps.length === 0) return null;
  return (
    <section className="card block" aria-label="What to do next">
      <h2>What to do next</h2>
      <ol className="plain-list">
        {steps.map((step) => (
          <li key={step}>{step.split(/(`[^`]+`|\bF\d+\b)/).map(word)}</li>
        ))}
      </ol>
    </section>
  );
}

/** Commands stand between backticks; a finding is linked. */
function word(text: string, at: number) {
  if (text.startsWith("`")) return <code key={at}>{text.slice(1, -1)}</code>;
  return /^F\d+$/.test(text) ? (
    <a key={at} href={linkTo({ finding: text })}>
      {text}
    </a>
  ) : (
    text
  );
}
