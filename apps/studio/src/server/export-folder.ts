/** The studio as a folder: the same page and the same addresses, for any server of files. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nodeValuesAddress } from "../data/explain/node-address.ts";
import type { GraphDocument } from "../data/graph-document.ts";
import type { IndexDocument, RunEntry } from "../data/index-document.ts";
import { NODE_VALUES_FORMAT, type NodeValues } from "../data/node-values.ts";
import type { AppFiles } from "./app-files.ts";
import { studioError } from "./studio-error.ts";

/** Runs, documents and reports of an export: the newest. */
export const EXPORT_RUNS_MAX = 100;
export const EXPORT_DOCUMENTS_MAX = 30;
/** Values of one run in an export, bytes of JSON: a run of the ad graph has about 200 kB. */
export const EXPORT_VALUES_BYTES_MAX = 262_144;
export const EXPORT_REPORTS_MAX = 20;

export interface ExportOptions {
  readonly folder: string;
  readonly app: AppFiles;
  /** A document by its address below `data/`. */
  readonly ask: (address: string) => Promise<unknown>;
}

export interface Exported {
  readonly graphs: number;
  readonly runs: number;
  readonly documents: number;
  readonly reports: number;
}

/**
 * Writes everything a server has to show, up to the bounds above. An earlier export in the folder is replaced.
 *
 * @throws GraphError TENON2056 when the folder holds something else
 */
export async function exportStudio({ folder, app, ask }: ExportOptions): Promise<Exported> {
  requireOurs(folder);
  const index = (await ask("index.json")) as IndexDocument;
  const runs = index.runs.slice(0, EXPORT_RUNS_MAX);
  const shown = [...new Set(runs.flatMap((run) => run.shown))];
  const ads = index.can.documents ? shown.slice(0, EXPORT_DOCUMENTS_MAX) : [];
  const reports = index.reports.slice(0, EXPORT_REPORTS_MAX);
  // One that cannot be opened is listed with the reason alone.
  const opened = reports.filter(({ problem }) => problem === null);
  const addresses = [
    ...index.graphs.map(({ hash }) => `graphs/${hash}.json`),
    ...new Set(runs.map(({ graphHash }) => `cohorts/${graphHash}.json`)),
    ...runs.map(({ requestId }) => `runs/${encodeURIComponent(requestId)}.json`),
    ...ads.map((adId) => `documents/${adId}.json`),
    ...(index.can.lineage ? ["lineage.json"] : []),
    ...(index.can.live ? ["live.json"] : []),
    ...opened.map(({ id }) => `reports/${encodeURIComponent(id)}.json`),
  ];
  const written: IndexDocument = {
    ...{ ...index, live: false, runs, documents: ads, reports },
    can: { ...index.can, whatIf: false },
  };
  const data = join(folder, "data");
  rmSync(data, { recursive: true, force: true });
  rmSync(join(folder, "assets"), { recursive: true, force: true });
  const write = (address: string, value: unknown) => {
    const file = join(data, address);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(value));
  };
  for (const address of addresses) write(decodeFile(address), await ask(address));
  if (index.can.values) {
    for (const run of runs)
      for await (const [address, values] of valuesOf(run, ask)) write(decodeFile(address), values);
  }
  for (const name of app.names) cpSync(join(app.folder, name), join(folder, name));
  // Last: a folder with an index is whole.
  write("index.json", written);
  return { graphs: index.graphs.length, runs: runs.length, documents: ads.length, reports: opened.length };
}

/** Of each node of a run, in the order of the graph; where the bound is met, and where a run cannot be repeated, why. */
async function* valuesOf(
  { requestId, graphHash }: RunEntry,
  ask: ExportOptions["ask"],
): AsyncGenerator<readonly [string, NodeValues]> {
  const graph = (await ask(`graphs/${graphHash}.json`)) as GraphDocument;
  let left = EXPORT_VALUES_BYTES_MAX;
  let none: string | null = null;
  for (const { name: node } of graph.nodes) {
    const address = nodeValuesAddress(requestId, node);
    const empty = { requestId, node, plan: graphHash, adId: null, failureCode: null, slots: [] };
    if (none === null) {
      try {
        const values = (await ask(address)) as NodeValues;
        left -= JSON.stringify(values).length;
        if (left >= 0) {
          yield [address, values];
          continue;
        }
        none = `An export keeps at most ${EXPORT_VALUES_BYTES_MAX} bytes of values per run; the nodes before this one took them.`;
      } catch (error) {
        none = `The run could not be repeated when this was exported: ${(error as Error).message}.`;
      }
    }
    yield [address, { format: NODE_VALUES_FORMAT, ...empty, none }];
  }
}

/** A server of files decodes what it is asked for; ids that would lead elsewhere are not written. */
function decodeFile(address: string): string {
  const file = decodeURIComponent(address);
  if (file.split("/").length <= address.split("/").length && !file.includes("..")) return file;
  throw studioError("wrongQuestion", {
    message: `"${file}" cannot be a file`,
    hint: "ids of requests with slashes or two dots cannot be exported",
  });
}

function requireOurs(folder: string): void {
  if (!existsSync(folder)) return;
  const found = readdirSync(folder);
  if (found.length === 0 || existsSync(join(folder, "data/index.json"))) return;
  throw studioError("folderInUse", {
    message: `the folder ${folder} holds something else`,
    detail: `found ${found.slice(0, 5).join(", ")}`,
    hint: "name a new folder, an empty one, or one that an earlier export made",
  });
}
