/** Reports of dev runs: what a change does, whose it is, and who must look. */
import type { Report } from "@tenon/dev-run/report-format";
import type { IndexDocument } from "../../data/index-document.ts";
import { Problem } from "../shell/problem.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { useData } from "../state/data.ts";
import { useRoute } from "../state/route.ts";
import { Findings } from "./findings.tsx";
import { MetricTable } from "./metric-table.tsx";
import { ReportHead } from "./report-head.tsx";
import { ReportList } from "./report-list.tsx";
import { Coverage, Next, Performance, Safety } from "./report-sections.tsx";
import { WhoLooks } from "./who-looks.tsx";

export function ReportPage({ index }: { readonly index: IndexDocument }) {
  const { report: id } = useRoute();
  const { value: report, error } = useData<Report>(id && `reports/${encodeURIComponent(id)}.json`);
  if (id === undefined) return <ReportList reports={index.reports} />;
  if (report === undefined) return error === undefined ? <Waiting /> : <Problem error={error} />;
  const isEmpty = report.findings.length === 0;
  return (
    <div className="sheet report">
      <ReportHead report={report} index={index} />
      {isEmpty ? (
        <p>Both versions give the same in all that was run. Nobody has to look.</p>
      ) : (
        <>
          <WhoLooks owners={report.owners} />
          <Findings report={report} index={index} />
          <MetricTable metrics={report.metrics} />
          <Safety report={report} />
        </>
      )}
      <Coverage report={report} />
      <Performance report={report} />
      {!isEmpty && <Next steps={report.next} />}
    </div>
  );
}
