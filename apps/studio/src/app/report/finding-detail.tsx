import type { Finding, Report } from "@tenon/dev-run/report-format";
import type { IndexDocument } from "../../data/index-document.ts";
import { Command } from "../shell/copied.tsx";
import { linkTo } from "../state/route.ts";
import { Examples } from "./examples.tsx";
import { graphLink } from "./finding-overlay.ts";

interface Props {
  readonly finding: Finding;
  readonly report: Report;
  readonly index: IndexDocument;
}

/** Cause, effect, values before and after, what to run, where it stands in the graph. */
export function FindingDetail({ finding, report, index }: Props) {
  const { causes, place, effect, downstream, fields, fieldsMore, reproduce, approve, examples, owner } = finding;
  const graph = graphLink(report, finding.graph, index, finding);
  return (
    <div className="detail">
      <dl>
        <dt>Cause</dt>
        <dd>
          {causes.map(({ kind, detail }) => (
            <div key={`${kind} ${detail}`}>
              <strong>{kind}</strong>: {detail}
            </div>
          ))}
        </dd>
        {place !== null && (
          <>
            <dt>Code</dt>
            <dd>
              <code>
                {place.file}:{place.line}
              </code>
            </dd>
          </>
        )}
        <dt>Effect</dt>
        <dd>
          {effect.length === 0 ? "nothing of it reaches an answer" : effect.map((line) => <div key={line}>{line}</div>)}
          {downstream.length > 0 && (
            <details>
              <summary>{downstream.length} nodes behind it give something else</summary>
              <ul>
                {downstream.map(({ node, owner: its }) => (
                  <li key={node}>
                    {node} <span className="muted">{its}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </dd>
        {examples.length > 0 && (
          <>
            <dt>Runs</dt>
            <dd className="muted">{examples.join(", ")}</dd>
          </>
        )}
      </dl>
      {graph !== undefined && (
        <p>
          <a className="button" href={linkTo(graph)}>
            Show in the graph
          </a>
        </p>
      )}
      <Examples fields={fields} more={fieldsMore} />
      <h4>See it again</h4>
      {reproduce.map((command) => (
        <Command key={command} text={command} />
      ))}
      <h4>{owner} agrees</h4>
      <Command text={approve} />
    </div>
  );
}
