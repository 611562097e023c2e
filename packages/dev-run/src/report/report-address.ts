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

/** Where a studio shows a report. */
export interface StudioPlace {
  /**
   * Address of the page, e.g. `http://127.0.0.1:8787/studio/`; relative, `studio/`, for the folder that `tenon studio --export` wrote
   * beside the report.
   */
  readonly url: string;
  readonly reportId: string;
}

/** Folder of an exported studio, beside the report that links to it. */
export const STUDIO_FOLDER = "studio";

export function findingAddress(studio: StudioPlace, findingId: string): string {
  return `${pageOf(studio)}#report/${encodeURIComponent(studio.reportId)}/finding/${findingId}`;
}

export interface ExampleFacts {
  readonly requestId: string;
  readonly row: string;
  /** What the row is; absent: a place. */
  readonly rowsAre?: "ads" | "places" | undefined;
  readonly node: string;
  readonly graph: string;
}

/** `ad-offer/195469@load`: a run of a handler for a key. */
const HANDLER_RUN = /^([a-z][a-z0-9-]*)\/(\d+)(?:@|$)/;

/** The run with the ad and the node selected; of a handler's run the document of its ad. */
export function exampleAddress(studio: StudioPlace, { requestId, row, rowsAre, node, graph }: ExampleFacts): string {
  const [, handler, key] = HANDLER_RUN.exec(requestId) ?? [];
  const ad = rowsAre === "ads" ? /^\d+(?=[/#]|$)/.exec(row)?.[0] : undefined;
  const state =
    handler === graph && key !== undefined
      ? { view: "document", ad: key }
      : { view: "run", run: requestId, ...(ad !== undefined && { ad }), node };
  return `${pageOf(studio)}#${new URLSearchParams(state)}`;
}

export function isRelative({ url }: StudioPlace): boolean {
  return !URL.canParse(url);
}

/** A folder that is opened as files has no page but its file. */
function pageOf(studio: StudioPlace): string {
  const page = studio.url.replace(/#.*$/, "");
  if (isRelative(studio) && page.endsWith("/")) return `${page}index.html`;
  return page.endsWith("/") || page.endsWith(".html") ? page : `${page}/`;
}
