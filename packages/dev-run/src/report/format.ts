/** What readers of `report.json` share: its schema, how its values are shown, and where a studio shows a finding. No part runs anything. */
export { amount, cell, fieldName, percent, signed } from "./render/shown.ts";
export { exampleAddress, findingAddress, REPORT_FILE, REPORT_FOLDER, reportIdOf } from "./report-address.ts";
export {
  type Cause,
  type Field,
  type Finding,
  type Metric,
  REPORT_FORMAT,
  type Report,
  ReportSchema,
} from "./report-schema.ts";
