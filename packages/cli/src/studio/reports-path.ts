import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { REPORT_FOLDER } from "@tenon/dev-run/report-format";
import { cliError } from "../cli-error.ts";
import type { Terminal } from "../terminal.ts";
import { rootOf } from "./root-of.ts";

/** The folder that `--reports` names, else that of the project. @throws GraphError TENON1700 for one that is named and not there */
export function reportsPath({ reports }: { readonly reports?: string }, { folder }: Terminal): string {
  if (reports === undefined) return join(rootOf(folder) ?? folder, REPORT_FOLDER);
  const path = resolve(folder, reports);
  if (existsSync(path)) return path;
  throw cliError("wrongUsage", {
    message: `there is no folder "${path}"`,
    hint: "--reports names what `tenon report` wrote to, or a folder of such folders",
  });
}
