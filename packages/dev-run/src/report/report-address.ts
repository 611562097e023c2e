/** Where reports lie, and where a studio shows them. */

/** Folder of a project that reports are written to. */
export const REPORT_FOLDER = ".tenon/report";
export const REPORT_FILE = "report.json";
/** Id of the report that lies in the folder itself; those of folders within have the names of these. */
const OWN_ID = "report";

/** The id under which a studio of `.tenon/report` lists the report of a folder. */
export function reportIdOf(folder: string): string {
  const name = folder.replaceAll("\\", "/").replace(/\/+$/, "");
  return name.endsWith(`/${REPORT_FOLDER}`) || name === REPORT_FOLDER || name === ""
    ? OWN_ID
    : name.slice(name.lastIndexOf("/") + 1);
}

/** Where a studio shows a finding. */
export interface StudioPlace {
  /** Address of the page, e.g. `http://127.0.0.1:8787/studio/`. */
  readonly url: string;
  readonly reportId: string;
}

export function findingAddress({ url, reportId }: StudioPlace, findingId: string): string {
  const page = url.replace(/#.*$/, "");
  return `${page.endsWith("/") ? page : `${page}/`}#report/${encodeURIComponent(reportId)}/finding/${findingId}`;
}
