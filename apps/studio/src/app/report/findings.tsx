/** Findings by the node where they begin. One is open: that of the address, else the first. */
import type { Finding, Report } from "@tenon/dev-run/report-format";
import { useEffect } from "react";
import type { IndexDocument } from "../../data/index-document.ts";
import { useKeys } from "../shell/keys.ts";
import { Owner } from "../shell/owner.tsx";
import { Wrapped } from "../shell/wrapped.tsx";
import { go, linkTo, useRoute } from "../state/route.ts";
import { FindingDetail } from "./finding-detail.tsx";

const SEVERITIES = { fail: ["bad", "✕ fails"], review: ["warn", "! look"], expected: ["good", "✓ expected"] } as const;

interface Props {
  readonly report: Report;
  readonly index: IndexDocument;
}

export function Findings({ report, index }: Props) {
  const { finding: asked } = useRoute();
  const { findings } = report;
  const open = findings.find(({ id }) => id === asked) ?? findings[0];
  const step = (by: 1 | -1) => () => {
    const at = findings.findIndex(({ id }) => id === open?.id);
    const next = findings[Math.max(0, Math.min(findings.length - 1, asked === undefined ? at : at + by))];
    if (next !== undefined) go({ finding: next.id }, "replace");
  };
  useKeys({ n: step(1), p: step(-1), Escape: () => go({ finding: undefined }, "replace") });
  useEffect(() => {
    if (asked !== undefined) document.getElementById(`finding-${asked}`)?.scrollIntoView({ block: "start" });
  }, [asked]);
  return (
    <section className="card block" aria-label="Findings">
      <h2>Findings, by the node where they begin</h2>
      {asked !== undefined && open?.id !== asked && <p role="status">This report has no finding {asked}.</p>}
      {byRoot(findings).map(([first, ...others]) => (
        <section key={`${first.graph} ${first.node}`} className="root" aria-label={`Begins at ${first.node}`}>
          <h3>
            <Wrapped name={first.node} /> <span className="muted">of {first.graph}</span> <Owner name={first.owner} />
          </h3>
          {[first, ...others].map((each) => (
            <article key={each.id} id={`finding-${each.id}`} className={each.id === open?.id ? "open" : ""}>
              <FindingLine finding={each} isOpen={each.id === open?.id} />
              {each.id === open?.id && <FindingDetail finding={each} report={report} index={index} />}
            </article>
          ))}
        </section>
      ))}
    </section>
  );
}

function FindingLine({ finding, isOpen }: { readonly finding: Finding; readonly isOpen: boolean }) {
  const { id, title, severity, causes, entriesAffected, entriesCompared } = finding;
  const [kind, word] = SEVERITIES[severity];
  return (
    <p className="line">
      <a className="id" href={linkTo({ finding: id })} aria-current={isOpen ? "true" : undefined}>
        {id}
      </a>
      <span className={`chip ${kind}`}>{word}</span>
      <span className="title">
        <Wrapped name={title} />
        <span className="muted num">
          {causes.map((cause) => cause.kind).join(", ")}
          {entriesCompared > 0 && ` · ${entriesAffected} of ${entriesCompared} runs`}
        </span>
      </span>
    </p>
  );
}

/** In the order in which they are told; those of one node together. */
function byRoot(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const roots = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const root = `${finding.graph} ${finding.node}`;
    const known = roots.get(root);
    if (known === undefined) roots.set(root, [finding]);
    else known.push(finding);
  }
  return [...roots.values()];
}
