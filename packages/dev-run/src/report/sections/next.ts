import type { ReportInput } from "../report-input.ts";
import type { Finding, Report } from "../report-schema.ts";

const STEPS_MAX = 12;

/** What to do, one line each: look, then approve or mend. */
export function nextSteps({ refs }: ReportInput, findings: readonly Finding[], owners: Report["owners"]): string[] {
  const open = findings.filter(({ severity }) => severity !== "expected");
  if (open.length === 0) return [`nothing: the head gives what ${refs.base} gives`];
  const looks = open.map(({ id, owner, reproduce }) => `${owner || "the author"} looks at ${id}: \`${reproduce[0]}\``);
  const approvals = owners
    .filter(({ findings: own }) => own.length > 0)
    .map(({ owner, approve }) => `${owner} agrees: \`${approve}\``);
  return [...looks.slice(0, STEPS_MAX), ...approvals];
}
